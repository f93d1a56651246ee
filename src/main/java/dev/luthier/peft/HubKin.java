package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The methods that both AdapterHub's library and PEFT have: read from the former's folders, of
 * which the method becomes the latter's, and written into them.
 */
final class HubKin {
  private static final String NAME = "adapter"; // of an adapter that is written

  private HubKin() {}

  /**
   * What a folder says, in PEFT's words: a method, and tensors by their names behind the prefix.
   */
  record Told(Peft peft, Map<String, Tensor> tensors) {}

  /** What a folder is to hold: the part of its config that is the method's, and tensors. */
  record Written(Map<String, Object> config, Map<String, Tensor> tensors) {}

  /** Whether a folder is AdapterHub's and holds one of these methods. */
  static boolean is(Path dir) {
    Path file = dir.resolve(HubConfig.FILE);
    return HubFolder.is(dir)
        && Files.exists(file)
        && List.of("lora", "prefix_tuning", "prompt_tuning")
            .contains(HubConfig.json(file).path("config").path("architecture").asText(""));
  }

  /** Refuses what is not built. */
  static void only(JsonNode config, String key, String value) {
    if (config.has(key) && !config.path(key).asText().equals(value)) {
      throw new UserError("%s = %s cannot be converted".formatted(key, config.path(key)));
    }
  }

  /**
   * Puts such an adapter on a model as the method that PEFT has.
   *
   * @throws UserError if it is for another model, or has no exact counterpart
   */
  static <M extends Model> AdapterFiles.Loaded<M> load(M model, Path dir) {
    JsonNode json = HubConfig.json(dir.resolve(HubConfig.FILE));
    List<String> notes = new ArrayList<>();
    try (Safetensors saved = Safetensors.open(HubTensors.Source.of(dir, HubFolder.WEIGHTS).file());
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      HubFile file = new HubFile(dir, json, saved, model, new HashSet<>());
      Told told = told(file);
      file.refuseLeftovers();
      Adapted<M> adapted = Adapted.attach(model, told.peft(), List.of(), Beginning.of(0));
      try {
        fill(adapted, told, dir, notes);
      } catch (UserError e) {
        adapted.close();
        throw e;
      }
      return new AdapterFiles.Loaded<>(adapted, notes);
    }
  }

  private static Told told(HubFile file) {
    Inset.checkName(file.dir() + ": name", file.name());
    List<String> save = HubFolder.saved(file.dir());
    try {
      return switch (file.config().path("architecture").asText("")) {
        case "lora" -> new HubLora(file).told(save);
        case "prompt_tuning" -> HubPrompt.told(file, save);
        default -> HubPrefix.told(file, save);
      };
    } catch (UserError e) {
      throw new UserError("%s: %s".formatted(file.dir(), e.getMessage()), e);
    }
  }

  private static void fill(Adapted<?> adapted, Told told, Path dir, List<String> notes) {
    String prefix = told.peft().prefix();
    List<Entry> heads = new ArrayList<>();
    for (Entry entry : adapted.saved()) {
      String bare =
          entry.name().startsWith(prefix) ? entry.name().substring(prefix.length()) : entry.name();
      Tensor value = told.tensors().get(bare);
      if (value == null) {
        heads.add(new Entry(bare, entry.value(), entry.fill()));
        continue;
      }
      long[] needed = Ops.shape(entry.value().get());
      if (!Arrays.equals(needed, Ops.shape(value))) {
        throw new UserError(
            "%s is an adapter for another model: %s has shape %s, this model needs %s"
                .formatted(dir, bare, Arrays.toString(Ops.shape(value)), Arrays.toString(needed)));
      }
      entry.fill().accept(value);
    }
    if (Files.exists(dir.resolve(HubFolder.HEAD_WEIGHTS))) {
      HubTensors.Source.of(dir, HubFolder.HEAD_WEIGHTS).fill(heads);
    } else {
      heads.forEach(e -> notes.add(dir + " brings no " + e.name() + "; the model's own stays"));
    }
  }

  /**
   * Writes what is on a model as a folder of AdapterHub's.
   *
   * @throws UserError if there is no exact counterpart
   */
  static void write(Adapted<?> adapted, Path dir, String base) {
    Peft peft = adapted.peft();
    try (AutoGradMode off = Ops.noGrad()) {
      if (HubFolder.keeps(peft)) {
        AdapterFiles.save(adapted, dir, base);
        return;
      }
      String at = ".loras." + NAME + ".";
      HubLoraWriter loras = new HubLoraWriter(adapted.model(), at);
      Written written;
      if (peft instanceof Ia3) {
        written = loras.scaled(adapted);
      } else if (peft instanceof PromptTuning || peft instanceof Ptuning) {
        written = HubPrompt.written(adapted, NAME);
      } else if (peft instanceof PrefixTuning) {
        written = HubPrefix.written(adapted, NAME);
      } else if (peft.virtualTokens() > 0) {
        throw new UserError(
            "%s has no counterpart in AdapterHub's library that computes the same"
                .formatted(Methods.name(peft)));
      } else {
        written = loras.added(adapted);
      }
      heads(adapted).save(dir, base, NAME, written);
    }
  }

  /** Modules saved whole, by the model's own names. */
  private static HubFiles heads(Adapted<?> adapted) {
    String prefix = adapted.peft().prefix();
    List<Entry> entries =
        Wholes.entries(adapted).stream()
            .map(e -> new Entry(e.name().substring(prefix.length()), e.value(), e.fill()))
            .toList();
    return new HubFiles(
        adapted.model(), adapted.peft(), adapted.save(), entries, List.of(), Optional.empty());
  }
}
