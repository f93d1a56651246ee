package dev.luthier.peft;

import dev.luthier.model.Stored;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A map over weights that have something added to them.
 *
 * @param live the loaded map over the sums, which are taken anew wherever they are asked for
 * @param deltas what is added to its weights
 */
record Shifted(Stored live, List<Delta> deltas) implements Adaptation {
  @Override
  public Tensor apply(Tensor x) {
    return live.apply(x);
  }

  @Override
  public Stored merged() {
    return live.copy("merged");
  }

  /** A weight that two places share stays one weight. */
  @Override
  public Stored merged(Map<Parameter, Parameter> copies) {
    return live.rewritten(p -> copies.computeIfAbsent(p, w -> Stored.copyOf(w.name(), w)));
  }
}
