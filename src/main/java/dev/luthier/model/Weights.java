package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.quant.QuantFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Hands the tensors of a model folder to a family, checked, each once, in the compute type. A
 * tensor that is stored in that type is mapped, not read.
 */
final class Weights {
  private final Path dir;
  private final WeightFiles files;
  private final String prefix;
  private final Compute compute;
  private final Packing packing;
  private final Dropout dropout = new Dropout();
  private final Map<String, Parameter> taken = new LinkedHashMap<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();
  private final Map<String, String> read = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * @param prefix what models with a head put before the names of the model below, such as "bert.";
   *     files may have it or not
   */
  Weights(Path dir, WeightFiles files, QuantFiles quantised, String prefix, Compute compute) {
    this.dir = dir;
    this.files = files;
    this.prefix = prefix;
    this.compute = compute;
    this.packing = new Packing(files, quantised, compute);
    used.addAll(quantised.parts());
  }

  Compute compute() {
    return compute;
  }

  Packing packing() {
    return packing;
  }

  Dropout dropout() {
    return dropout;
  }

  Map<String, Parameter> taken() {
    return taken;
  }

  List<String> notes() {
    return notes;
  }

  WeightFiles files() {
    return files;
  }

  /** Names of tensors that are called otherwise in the files, name -> name in the files. */
  Map<String, String> renamed() {
    return renamed;
  }

  /** From here on the files call this tensor otherwise, or as it is. */
  void rename(String name, String inFiles) {
    renamed.put(name, inFiles);
    read.put(name, inFiles);
  }

  /** Reads a tensor under another name than that it will be saved by. */
  void readAs(String name, String inFiles) {
    read.put(name, inFiles);
  }

  /** Whether the files have a tensor of this name. */
  boolean has(String name) {
    return stored(name) != null;
  }

  /** Whether they have it, and in this shape. */
  boolean has(String name, long... shape) {
    Safetensors.Info info = stored(name);
    return info != null && Arrays.equals(info.shape(), shape);
  }

  /** Whether a tensor of the files has other values than a weight that was taken. */
  boolean differs(String name, Parameter from) {
    Safetensors.Info info = stored(name);
    if (info == null || compute.hollow()) {
      return false;
    }
    try (Scope scope = new Scope()) {
      return !packing.whole(info).equal(from.value());
    }
  }

  /** The tensor of this name as a frozen parameter, whose shape must be as given. */
  Parameter take(String name, long... shape) {
    return take(name, info -> null, shape);
  }

  /**
   * The same for what the run may keep in fewer bits.
   *
   * @param how packs it, or gives nothing
   */
  Parameter take(String name, Function<Safetensors.Info, @Nullable Packed> how, long... shape) {
    Parameter known = taken.get(name);
    if (known != null) {
      return known;
    }
    Safetensors.Info info = stored(name);
    if (info == null) {
      throw new UserError("%s: tensor %s is missing".formatted(dir, name));
    }
    used.add(info.name());
    Packed packed = how.apply(info);
    Parameter found =
        packed == null
            ? keep(name, compute.hollow() ? Ops.hollow(compute, info.shape()) : packing.whole(info))
            : keep(Parameter.packed(name, packed, compute.dtype()));
    if (!Arrays.equals(found.shape(), shape)) {
      throw new UserError(
          "%s: tensor %s has shape %s, but config.json asks for %s"
              .formatted(dir, name, Arrays.toString(found.shape()), Arrays.toString(shape)));
    }
    return found;
  }

  /** A weight that no file holds. */
  Parameter keep(String name, Tensor value) {
    return keep(new Parameter(name, value));
  }

  private Parameter keep(Parameter parameter) {
    taken.put(parameter.name(), parameter);
    return parameter;
  }

  /** Finds a tensor with or without the prefix, and norms under their names of 2018. */
  private Safetensors.@Nullable Info stored(String name) {
    String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    for (String n : List.of(read.getOrDefault(name, name), name, bare, prefix + bare)) {
      String old = n.replaceAll("LayerNorm\\.weight$", "LayerNorm.gamma");
      for (String spelling : List.of(n, old.replaceAll("LayerNorm\\.bias$", "LayerNorm.beta"))) {
        Safetensors.Info info = files.infos().get(spelling);
        if (info != null) {
          return info;
        }
      }
    }
    return null;
  }

  /** A tensor that the files may carry although the model does not use it. */
  void ignore(String name) {
    Optional.ofNullable(stored(name)).map(Safetensors.Info::name).ifPresent(used::add);
  }

  /** Refuses a folder with tensors that nobody asked for: they would be lost in silence. */
  void refuseLeftovers() {
    Leftovers left = Leftovers.of(files, used);
    if (!left.names().isEmpty()) {
      throw new UserError(
          "%s: %s; is config.json of another model?"
              .formatted(dir, left.shown("have no place in this model")));
    }
  }

  /** Notes and passes over what nobody asked for, as far as its name is a match. */
  void passOver(String names) {
    Leftovers left = Leftovers.of(files, used).matching(names);
    if (!left.names().isEmpty()) {
      used.addAll(left.names());
      notes.add(left.shown("of the folder are not used by this model"));
    }
  }
}
