package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Adapter folders in PEFT's format, adapter_config.json and adapter_model.safetensors, or in
 * AdapterHub's ({@link HubFolder}).
 */
public final class AdapterFiles {
  static final String WEIGHTS = "adapter_model.safetensors";

  private AdapterFiles() {}

  /** Writes the adapter of a model into a folder that exists. */
  public static void save(Adapted<?> adapted, Path dir, String base) {
    if (adapted.written() instanceof Together several) {
      TogetherFiles.save(adapted, several, dir, base);
      return;
    }
    Model model = adapted.model();
    if (HubFolder.keeps(adapted.peft())) {
      HubFiles.of(adapted).save(dir, base);
      return;
    }
    write(
        dir,
        AdapterConfig.write(model, adapted.written(), adapted.save(), true, base),
        adapted.saved(),
        adapted.attachment().encoder());
  }

  /**
   * @param entries of the adapter's file
   * @param encoder what those are computed from, where PEFT drops it
   */
  static void write(Path dir, String config, List<Entry> entries, List<Entry> encoder) {
    Entry.write(dir.resolve(WEIGHTS), entries);
    EncoderFile.save(encoder, dir);
    AtomicFile.write(dir.resolve("adapter_config.json"), config.getBytes(StandardCharsets.UTF_8));
  }

  /** The library whose files a method is written in, as model hubs call it. */
  public static String library(Peft peft) {
    return HubFolder.keeps(peft) ? "adapter-transformers" : "peft";
  }

  /**
   * An adapter and what was noted while reading it.
   *
   * @param notes one line each
   */
  public record Loaded<M extends Model>(Adapted<M> adapted, List<String> notes) {}

  /**
   * Puts a saved adapter on a model.
   *
   * @throws UserError if a file is broken, or the adapter is for another model: a tensor missing,
   *     of another shape, or without a place
   */
  public static <M extends Model> Loaded<M> load(M model, Path dir) {
    if (TogetherFiles.are(dir)) {
      return TogetherFiles.load(model, dir);
    }
    AdapterConfig config = config(dir);
    List<String> notes = new ArrayList<>(config.notes());
    Adapted<M> adapted = attach(model, config.peft(), dir);
    try {
      fill(adapted, adapted.saved(), dir, notes);
      new EncoderFile(dir, config.peft(), adapted.saved(), adapted.attachment().encoder())
          .fill(notes);
    } catch (UserError e) {
      adapted.close();
      throw e;
    }
    return new Loaded<>(adapted, notes);
  }

  /** The adapter folders in a folder: several methods at once, or adapters, have one each. */
  public static List<Path> folders(Path dir) {
    return TogetherFiles.are(dir) ? TogetherFiles.folders(dir) : HubFolder.folders(dir);
  }

  /** What an adapter's folder says, if its tensors are there and can have such ranks. */
  static AdapterConfig config(Path dir) {
    AdapterConfig config = AdapterConfig.read(dir);
    if (HubFolder.is(dir)) {
      return config; // its tensors are looked at when the model is there
    }
    Path file = dir.resolve(WEIGHTS);
    if (!Files.exists(file)) {
      throw new UserError(
          Files.exists(dir.resolve("adapter_model.bin"))
              ? dir
                  + " holds only adapter_model.bin, a pickle, which is refused because reading it"
                  + " runs code; save it with safetensors"
              : dir + " has no " + WEIGHTS);
    }
    if (!config.peft().encoded()) { // an encoder's sizes are in no tensor of this file
      try (Safetensors saved = Safetensors.open(file)) {
        refuseSizes(config.peft(), saved, file);
      }
    }
    return config;
  }

  static void fill(Adapted<?> adapted, List<Entry> entries, Path dir, List<String> notes) {
    if (HubFolder.is(dir)) {
      HubTensors.fill(adapted, entries, dir, notes);
      return;
    }
    Path file = dir.resolve(WEIGHTS);
    try (Safetensors saved = Safetensors.open(file);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      new FileCheck(adapted, entries, saved, file, notes).run();
      for (Entry entry : entries) {
        if (saved.infos().containsKey(entry.name())) { // else the check has let it pass
          entry.fill().accept(saved.tensor(entry.name()));
        }
      }
    }
  }

  /** A size that no tensor of the file has is refused before there is room made for it. */
  private static void refuseSizes(Peft peft, Safetensors saved, Path file) {
    long most =
        saved.infos().values().stream()
            .flatMapToLong(info -> Arrays.stream(info.shape()))
            .max()
            .orElse(0);
    if (peft.widest() > most) {
      throw new UserError(
          "%s has no tensor of rank or length %d, which adapter_config.json asks for"
              .formatted(file, peft.widest()));
    }
  }

  static <M extends Model> Adapted<M> attach(M model, Peft peft, Path dir) {
    folders(dir).forEach(folder -> HubTensors.check(model, folder));
    Path file = dir.resolve(WEIGHTS); // several methods have theirs in folders
    try (Safetensors saved = Files.exists(file) ? Safetensors.open(file) : null) {
      return Adapted.attach(model, peft, List.of(), Beginning.saved(saved, p -> bare(p, dir)));
    } catch (UserError e) {
      throw new UserError(dir + " is an adapter for another model: " + e.getMessage(), e);
    }
  }

  /** Whether a method's encoder is not in its folder; several methods at once have one each. */
  private static boolean bare(Peft peft, Path dir) {
    return !EncoderFile.isIn(TogetherFiles.are(dir) ? dir.resolve(Methods.name(peft)) : dir);
  }
}
