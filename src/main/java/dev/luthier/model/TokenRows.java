package dev.luthier.model;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Which weights have a row for each token, and those weights with rows for more. */
final class TokenRows {
  private final Set<Parameter> weights = Collections.newSetFromMap(new IdentityHashMap<>());
  private final int old;
  private final int wanted;

  TokenRows(Frame frame, int wanted) {
    this.old = frame.config().vocabSize();
    this.wanted = wanted;
    if (wanted < old) {
      throw new IllegalArgumentException(old + " rows cannot become " + wanted);
    }
    frame.slots().stream().filter(s -> s.base() instanceof Lookup).findFirst().ifPresent(this::add);
    frame.slots().stream()
        .filter(s -> s == frame.head() || s.base() instanceof Unused)
        .forEach(this::add);
  }

  private void add(Slot slot) {
    if (slot.current() instanceof Stored stored) {
      weights.addAll(stored.weights().values());
    }
  }

  /** (old, ...) -> (wanted, ...) in host memory; what has no rows for tokens stays. */
  Tensor of(Parameter weight) {
    Tensor value = weight.onHost(weight.value().scalar_type());
    if (wanted == old || !weights.contains(weight) || value.size(0) != old) {
      return value;
    }
    Tensor wide = value.to(ScalarType.Float);
    long[] shape = Ops.shape(wide);
    shape[0] = wanted - old;
    return Ops.cat(
        0, wide, wide.mean(new long[] {0}, true, new ScalarTypeOptional()).expand(shape));
  }
}
