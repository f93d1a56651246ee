package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * Group Sequence Policy Optimization (Zheng et al. 2025, https://arxiv.org/abs/2507.18071):
 *
 * <pre>
 * s_i = (pi(y_i | x) / pi_old(y_i | x))^(1 / |y_i|)                                  (7)
 * L = 1/N sum_i -min(s_i A_i, clip(s_i, 1 - epsilon, 1 + epsilon_high) A_i)          (5)
 * </pre>
 *
 * The reward is the answer's, so the ratio is the answer's too: what one token's ratio says of one
 * sample is noise, most of all in mixtures of experts. s_i moves little, so the bounds are a
 * thousand times nearer than GRPO's: the defaults are the paper's. Equal to TRL's grpo with
 * importance_sampling_level: sequence.
 */
@Doc("GRPO with the ratio of whole answers (arXiv 2507.18071)")
public record Gspo(
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
  public Gspo {
    Clip.of("gspo", epsilon, Optional.of(epsilonHigh), delta);
  }

  @Override
  public Clip clip() {
    return Clip.of("gspo", epsilon, Optional.of(epsilonHigh), delta);
  }

  @Override
  public RatioLevel importanceSamplingLevel() {
    return RatioLevel.SEQUENCE; // (7)
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.ANSWERS; // (5)
  }
}
