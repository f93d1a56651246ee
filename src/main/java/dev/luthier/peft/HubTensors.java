package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Tensors of AdapterHub's files, whose names may lack or have what stands before a base model. */
final class HubTensors {
  private HubTensors() {}

  /**
   * A file of tensors.
   *
   * @param rename a tensor's name in the file to the one it has here
   */
  record Source(Path file, UnaryOperator<String> rename) {
    /**
     * @throws UserError if the folder holds no such file
     */
    static Source of(Path dir, String name) {
      Path file = dir.resolve(name);
      if (Files.exists(file)) {
        return new Source(file, n -> n);
      }
      Path pickle = dir.resolve("pytorch_" + name.replace(".safetensors", ".bin"));
      throw new UserError(
          Files.exists(pickle)
              ? "%s holds only %s, a pickle, which is refused because reading it runs code; save it with use_safetensors=True"
                  .formatted(dir, pickle.getFileName())
              : dir + " has no " + name);
    }

    /** The same of an adapter, which must be one for a model of this width, and as wide as told. */
    static Source of(Path dir, String name, HubConfig config, Model model) {
      Source out = of(dir, name);
      long hidden = model.config().hiddenSize();
      if (config.hidden() != 0 && config.hidden() != hidden) {
        throw new UserError(
            "%s is an adapter for another model: hidden_size is %d, this model has %d"
                .formatted(dir, config.hidden(), hidden));
      }
      int width = config.inset().width().of(hidden);
      try (Safetensors saved = Safetensors.open(out.file)) {
        long most =
            saved.infos().values().stream()
                .flatMapToLong(info -> Arrays.stream(info.shape()))
                .max()
                .orElse(0);
        if (width > most) { // refused before there is room made for it
          throw new UserError(
              "%s has no tensor of width %d, which adapter_config.json asks for"
                  .formatted(out.file, width));
        }
      }
      return out;
    }

    /** The same for an adapter that is called otherwise here. */
    Source renamed(String from, String to) {
      return new Source(
          file,
          n ->
              n.replace("adapters." + from + ".", "adapters." + to + ".")
                  .replace("shared_parameters." + from + ".", "shared_parameters." + to + "."));
    }

    /** Which tensor of the file is which entry; those without a place have none. */
    private Map<String, Entry> placed(Safetensors saved, List<Entry> entries) {
      Map<String, Entry> out = new LinkedHashMap<>();
      for (String stored : saved.infos().keySet()) {
        String name = rename.apply(stored);
        entries.stream()
            .filter(
                e ->
                    e.name().equals(name)
                        || e.name().endsWith("." + name)
                        || name.endsWith("." + e.name()))
            .findFirst()
            .ifPresent(e -> out.put(stored, e));
      }
      return out;
    }

    /**
     * Fills all entries from the file.
     *
     * @throws UserError if a tensor is missing, without a place or of another shape
     */
    void fill(List<Entry> entries) {
      try (Safetensors saved = Safetensors.open(file)) {
        Map<String, Entry> placed = placed(saved, entries);
        List<Entry> missing = new ArrayList<>(entries);
        missing.removeAll(placed.values());
        List<String> left = new ArrayList<>(saved.infos().keySet());
        left.removeAll(placed.keySet());
        if (!missing.isEmpty() || !left.isEmpty()) {
          throw new UserError(
              "%s is an adapter for another model: %d of %d tensors are missing%s, %d have no place%s"
                  .formatted(
                      file,
                      missing.size(),
                      entries.size(),
                      missing.isEmpty() ? "" : " (first " + missing.get(0).name() + ")",
                      left.size(),
                      left.isEmpty() ? "" : " (first " + left.get(0) + ")"));
        }
        placed.forEach((stored, entry) -> take(saved, stored, entry));
      }
    }

    private void take(Safetensors saved, String stored, Entry entry) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        Tensor value = saved.tensor(stored);
        long[] shape = Ops.shape(value);
        long[] needed = Ops.shape(entry.value().get());
        if (!Arrays.equals(shape, needed)) {
          throw new UserError(
              "%s is an adapter for another model: tensor %s has shape %s, this model needs %s"
                  .formatted(file, stored, Arrays.toString(shape), Arrays.toString(needed)));
        }
        entry.fill().accept(value);
      }
    }
  }
}
