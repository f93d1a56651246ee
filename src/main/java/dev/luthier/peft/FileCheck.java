package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether an adapter's file fits what is on the model.
 *
 * @param entries what the file should hold
 * @param notes what else it holds that does no harm is told here
 */
record FileCheck(
    Adapted<?> adapted, List<Entry> entries, Safetensors saved, Path file, List<String> notes) {
  /**
   * @throws UserError if a tensor is missing, of another shape, or without a place
   */
  void run() {
    Map<String, Safetensors.Info> left = new LinkedHashMap<>(saved.infos());
    List<Entry> missing = new ArrayList<>();
    List<String> heads = heads();
    boolean headless = !heads.isEmpty() && heads.stream().noneMatch(left::containsKey);
    for (Entry entry : entries) {
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
    left.keySet().removeIf(this::sameAsBase);
    if (!missing.isEmpty() || !left.isEmpty()) {
      throw new UserError(
          "%s is an adapter for another model: %d of %d tensors are missing%s, %d have no place%s"
              .formatted(
                  file,
                  missing.size(),
                  entries.size(),
                  missing.isEmpty() ? "" : " (first " + missing.get(0).name() + ")",
                  left.size(),
                  left.isEmpty() ? "" : " (first " + left.keySet().iterator().next() + ")"));
    }
  }

  /** The names of heads' weights that the task, not the adapter's file, makes trainable. */
  private List<String> heads() {
    return adapted.places().entrySet().stream()
        .filter(
            e ->
                adapted.model().task().heads().stream()
                    .anyMatch(name -> Targets.inside(e.getKey(), name)))
        .flatMap(e -> e.getValue() instanceof Whole w ? w.parameters().stream() : Stream.of())
        .map(Parameter::name)
        .toList();
  }

  private boolean sameAsBase(String name) {
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
