package dev.luthier.loss;

import dev.luthier.doc.Doc;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What sampled answers teach the policy that wrote them. Letters: M tokens of N answers, A_t the
 * advantage of a token, w = pi / pi_old.
 */
@Doc("What sampled answers teach, by how good they were (docs/rl.md)")
public sealed interface PolicyLoss permits ClippedLoss, GroupLoss {
  /**
   * (M) the loss of each token.
   *
   * @param advantages (M), without gradient
   */
  Tensor each(TokenLogps tokens, Tensor advantages);

  /** How losses of tokens become one number. */
  Aggregation aggregation();

  /** Of what the ratio is taken. */
  default RatioLevel importanceSamplingLevel() {
    return RatioLevel.TOKEN;
  }

  /** What it logs of its own, each a sum over the part of a step, divided. */
  default List<Loss.Term> terms(TokenLogps tokens, Tensor advantages, StepSize step) {
    return List.of();
  }

  /** Whether it may be weighted for a sampler that differs: see {@link SamplingCorrection}. */
  default boolean takesCorrection() {
    return true;
  }

  /** Whether it corrects, by the ratio, for answers that an older policy wrote. */
  default boolean hasRatio() {
    return true;
  }
}
