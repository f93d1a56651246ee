package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * How much better answers were than expected. Letters: N answers of G prompts.
 *
 * @param values (N)
 * @param flat (G) 1 for a group whose rewards are all equal, and which so teaches nothing; else 0
 */
public record Advantages(Tensor values, Tensor flat) {
  /** (M) the advantage of each token: its answer's. */
  public Tensor ofTokens(Segments answers) {
    return answers.spread(values);
  }

  /**
   * The share of groups without spread.
   *
   * @param groups those of the step, over all its micro-batches
   */
  public Loss.Term flatGroups(double groups) {
    return new Loss.Term("flat_groups", flat.sum().div(Ops.scalar(groups)));
  }
}
