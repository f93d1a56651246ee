package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.Model;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Adapter folders in PEFT's format: adapter_config.json and adapter_model.safetensors. */
public final class AdapterFiles {
  private static final String WEIGHTS = "adapter_model.safetensors";

  private AdapterFiles() {}

  /** Writes the adapter of a model into a folder that exists. */
  public static void save(Adapted<?> adapted, Path dir, String base) {
    byte[] config = AdapterConfig.write(adapted, base).getBytes(StandardCharsets.UTF_8);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      adapted.saved().forEach(e -> tensors.put(e.name(), onHost(e.value().get())));
      SafetensorsWriter.write(dir.resolve(WEIGHTS), tensors, SafetensorsWriter.PYTORCH);
    }
    AtomicFile.write(dir.resolve("adapter_config.json"), config);
  }

  private static Tensor onHost(Tensor value) {
    return value.detach().to(Compute.CPU.torchDevice(), value.scalar_type()).contiguous();
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
    AdapterConfig config = AdapterConfig.read(dir);
    Path file = dir.resolve(WEIGHTS);
    if (!Files.exists(file)) {
      throw new UserError(
          Files.exists(dir.resolve("adapter_model.bin"))
              ? dir
                  + " holds only adapter_model.bin, a pickle, which is refused because reading it"
                  + " runs code; save it with safetensors"
              : dir + " has no " + WEIGHTS);
    }
    List<String> notes = new ArrayList<>(config.notes());
    try (Safetensors saved = Safetensors.open(file)) {
      if (config.peft() instanceof Lora lora) {
        refuseRanks(lora, saved, file);
      }
      Adapted<M> adapted = attach(model, config.peft(), saved, dir);
      try {
        fill(adapted, saved, file, notes);
      } catch (UserError e) {
        adapted.close();
        throw e;
      }
      return new Loaded<>(adapted, notes);
    }
  }

  private static void fill(Adapted<?> adapted, Safetensors saved, Path file, List<String> notes) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      check(adapted, saved, file, notes);
      for (Entry entry : adapted.saved()) {
        if (saved.infos().containsKey(entry.name())) { // else check has let it pass
          entry.fill().accept(saved.tensor(entry.name()));
        }
      }
    }
  }

  /** A rank that no tensor of the file has is refused before there is room made for it. */
  private static void refuseRanks(Lora lora, Safetensors saved, Path file) {
    long most =
        saved.infos().values().stream()
            .flatMapToLong(info -> Arrays.stream(info.shape()))
            .max()
            .orElse(0);
    Stream.concat(Stream.of(lora.rank()), lora.rankPattern().values().stream())
        .filter(rank -> rank > most)
        .findFirst()
        .ifPresent(
            rank -> {
              throw new UserError(
                  "%s has no tensor of rank %d, which adapter_config.json asks for"
                      .formatted(file, rank));
            });
  }

  private static <M extends Model> Adapted<M> attach(
      M model, Peft peft, Safetensors saved, Path dir) {
    try {
      return Adapted.attach(model, peft, List.of(), 0, saved);
    } catch (UserError e) {
      throw new UserError(dir + " is an adapter for another model: " + e.getMessage(), e);
    }
  }

  private static void check(Adapted<?> adapted, Safetensors saved, Path file, List<String> notes) {
    Map<String, Safetensors.Info> left = new LinkedHashMap<>(saved.infos());
    List<Entry> missing = new ArrayList<>();
    List<String> heads = heads(adapted);
    boolean headless = !heads.isEmpty() && heads.stream().noneMatch(left::containsKey);
    for (Entry entry : adapted.saved()) {
      Safetensors.Info info = left.remove(entry.name());
      if (info == null && headless && heads.contains(entry.name())) {
        notes.add(file + " brings no " + entry.name() + "; the model's own stays");
      } else if (info == null) {
        missing.add(entry);
      } else if (!Arrays.equals(info.shape(), Ops.shape(entry.value().get()))) {
        throw new UserError(
            "%s is an adapter for another model: tensor %s has shape %s, this model needs %s"
                .formatted(
                    file,
                    entry.name(),
                    Arrays.toString(info.shape()),
                    Arrays.toString(Ops.shape(entry.value().get()))));
      }
    }
    // PEFT writes the frozen table or head beside an adapter on it; they must be the model's own.
    left.keySet().removeIf(name -> sameAsBase(adapted, name, saved, file, notes));
    if (!missing.isEmpty() || !left.isEmpty()) {
      throw new UserError(
          "%s is an adapter for another model: %d of %d tensors are missing%s, %d have no place%s"
              .formatted(
                  file,
                  missing.size(),
                  adapted.saved().size(),
                  missing.isEmpty() ? "" : " (first " + missing.get(0).name() + ")",
                  left.size(),
                  left.isEmpty() ? "" : " (first " + left.keySet().iterator().next() + ")"));
    }
  }

  /** The names of heads' weights that the task, not the adapter's file, makes trainable. */
  private static List<String> heads(Adapted<?> adapted) {
    return adapted.places().entrySet().stream()
        .filter(
            e ->
                adapted.model().task().heads().stream()
                    .anyMatch(name -> Targets.inside(e.getKey(), name)))
        .flatMap(e -> e.getValue() instanceof Whole w ? w.parameters().stream() : Stream.of())
        .map(Parameter::name)
        .toList();
  }

  private static boolean sameAsBase(
      Adapted<?> adapted, String name, Safetensors saved, Path file, List<String> notes) {
    String end = ".base_layer.weight";
    if (!name.endsWith(end)) {
      return false;
    }
    String path = name.substring(0, name.length() - end.length());
    return adapted.model().slots().stream()
        .filter(s -> path.equals(adapted.peft().prefix() + s.path()))
        .findFirst()
        .map(s -> s.base().weights().get("weight"))
        .map(
            own -> {
              Tensor theirs = saved.tensor(name).to(own.value());
              if (!theirs.equal(own.value())) {
                throw new UserError(
                    "%s is an adapter for another model: it brings %s, which differs from the model's"
                        .formatted(file, name));
              }
              notes.add(name + " equals the model's own and is passed over");
              return true;
            })
        .orElse(false);
  }
}
