package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * Length-Unbiased Sequence Policy Optimization (Liu et al. 2026, https://arxiv.org/abs/2602.05261):
 * {@link Gspo} with each answer's loss times its length,
 *
 * <pre>
 * L = 1/N sum_i -|y_i| min(s_i A_i, clip(s_i, 1 - epsilon, 1 + epsilon_high) A_i)
 * </pre>
 *
 * for the gradient of s_i is the mean over the answer's tokens, and GSPO so teaches each of them
 * the less the longer the answer is. Equal to TRL's luspo; with a KL penalty TRL's takes the mean
 * of a padded batch, padding with it, where here an answer pays its tokens' sum.
 */
@Doc("GSPO without its length bias (arXiv 2602.05261)")
public record Luspo(
    @Doc("By how much a ratio may fall below 1 before a bad token's gradient ends")
        @Default("0.0003")
        double epsilon,
    @Doc("By how much it may rise above 1 before a good token's gradient ends") @Default("0.0004")
        double epsilonHigh,
    @Doc(
            value = "The most that the ratio of a bad token counts, such as 3; unset: no bound",
            elsewhere = {"clip_ratio_c", "dual_clip"})
        Optional<Double> delta)
    implements ClippedLoss, GroupLoss {
  public Luspo {
    Clip.of("luspo", epsilon, Optional.of(epsilonHigh), delta);
  }

  @Override
  public Clip clip() {
    return Clip.of("luspo", epsilon, Optional.of(epsilonHigh), delta);
  }

  @Override
  public RatioLevel importanceSamplingLevel() {
    return RatioLevel.SEQUENCE; // s_i
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.SUMS; // |y_i| times the mean over an answer is the sum over its tokens
  }
}
