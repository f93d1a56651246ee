package dev.luthier.recipe;

import dev.luthier.io.Safetensors;
import dev.luthier.model.Frame;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.plan.Fixed;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.train.Optimizer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The weights of a model with a method on it, counted.
 *
 * @param host whether they lie in the machine's own memory
 */
record Held(Frame frame, Collection<Parameter> all, Set<Parameter> trainable, boolean host) {
  /** What a step makes on the way: three numbers for each weight of a piece (train/Piecewise). */
  private static final long PIECE = 3 * (4L << 20);

  /**
   * @param own what trains beside it
   */
  static Held of(Adapted<?> adapted, OwnWeights own) {
    Model model = adapted.model();
    return new Held(
        model.frame(),
        model.parameters(),
        new HashSet<>(own.with(adapted)),
        !model.compute().isCuda());
  }

  /** Of a model that does not train. */
  static Held of(Model model) {
    return new Held(model.frame(), model.parameters(), Set.of(), !model.compute().isCuda());
  }

  /**
   * What is there between steps.
   *
   * @param beside bytes of weights of other models
   */
  Fixed fixed(long process, Optimizer optimizer, long beside) {
    List<long[]> shapes = trainable.stream().map(p -> Ops.shape(p.value())).toList();
    long trained = 4 * trainable.stream().mapToLong(Parameter::count).sum();
    return new Fixed(
        process,
        weights() + beside,
        trained,
        trained,
        optimizer.stateBytes(shapes),
        Math.min(trained, PIECE));
  }

  /** All that does not train. On a GPU the files' pages are elsewhere. */
  long weights() {
    return frozen() + (host ? files() : 0);
  }

  /** All of a model that moves without training, in float32. */
  long moving() {
    return 4 * all.stream().mapToLong(Parameter::count).sum() + (host ? files() : 0);
  }

  /** Weights that do not train, but for those that are used from their file as they are. */
  private long frozen() {
    return all.stream()
        .filter(p -> !trainable.contains(p) && !(host && mapped(p)))
        .mapToLong(p -> p.packed() == null ? p.count() * p.value().element_size() : p.bytes())
        .sum();
  }

  private boolean mapped(Parameter p) {
    Safetensors.Info info =
        frame.files().infos().get(frame.renamed().getOrDefault(p.name(), p.name()));
    return info != null && info.dtype() == frame.compute().dtype();
  }

  /** What is read of the weights' files, whose pages count as the process's own. */
  private long files() {
    Set<String> packed = // read into memory of their own, not mapped
        all.stream()
            .filter(p -> p.packed() != null && p.bytes() > 0)
            .map(p -> frame.renamed().getOrDefault(p.name(), p.name()))
            .collect(Collectors.toSet());
    return frame.files().infos().values().stream()
        .filter(info -> !packed.contains(info.name()))
        .mapToLong(i -> Ops.count(i.shape()) * size(i.dtype()))
        .sum();
  }

  private static int size(ScalarType type) {
    return switch (type) {
      case Double, Long -> 8;
      case Half, BFloat16, Short -> 2;
      case Byte, Char, Bool -> 1;
      default -> 4;
    };
  }
}
