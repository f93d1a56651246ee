package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;

/** Hands the tensors of a model folder to a family, checked, each once, in the compute type. */
final class Weights {
  private static final int SHOWN = 5;
  private final Path dir;
  private final WeightFiles files;
  private final Compute compute;
  private final Map<String, Parameter> taken = new LinkedHashMap<>();
  private final List<String> ignored = new ArrayList<>();

  Weights(Path dir, WeightFiles files, Compute compute) {
    this.dir = dir;
    this.files = files;
    this.compute = compute;
  }

  Compute compute() {
    return compute;
  }

  Map<String, Parameter> taken() {
    return taken;
  }

  /** The tensor of this name as a frozen parameter, whose shape must be as given. */
  Parameter take(String name, long... shape) {
    Safetensors.Info info = files.infos().get(name);
    if (info == null) {
      throw new UserError("%s: tensor %s is missing".formatted(dir, name));
    }
    if (!Arrays.equals(info.shape(), shape)) {
      throw new UserError(
          "%s: tensor %s has shape %s, but config.json asks for %s"
              .formatted(dir, name, Arrays.toString(info.shape()), Arrays.toString(shape)));
    }
    Tensor own =
        files
            .tensor(name)
            .to(compute.torchDevice(), compute.dtype(), false, true, new MemoryFormatOptional());
    Parameter parameter = new Parameter(name, own);
    taken.put(name, parameter);
    return parameter;
  }

  Dense dense(String path, boolean bias, long out, long in) {
    return new Dense(take(path + ".weight", out, in), bias ? take(path + ".bias", out) : null);
  }

  Slot slot(String path, boolean bias, long out, long in) {
    return new Slot(path, dense(path, bias, out, in));
  }

  /** A tensor that the files may carry although the model does not use it. */
  void ignore(String name) {
    ignored.add(name);
  }

  /** Refuses a folder with tensors that nobody asked for: they would be lost in silence. */
  void refuseLeftovers() {
    List<String> left =
        files.infos().keySet().stream()
            .filter(n -> !taken.containsKey(n) && !ignored.contains(n) && !derived(n))
            .toList();
    if (!left.isEmpty()) {
      throw new UserError(
          "%s: %d tensors have no place in this model: %s%s; is config.json of another model?"
              .formatted(
                  dir,
                  left.size(),
                  String.join(", ", left.subList(0, Math.min(SHOWN, left.size()))),
                  left.size() > SHOWN ? " ..." : ""));
    }
  }

  /** Tables that old files carry and that config.json determines. */
  private static boolean derived(String name) {
    return name.endsWith("rotary_emb.inv_freq");
  }
}
