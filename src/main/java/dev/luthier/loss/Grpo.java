package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * Group Relative Policy Optimization (Shao et al. 2024, DeepSeekMath,
 * https://arxiv.org/abs/2402.03300, eq. 3): PPO's clip with the advantage of an answer over others
 * to the same prompt, so that no value model is needed,
 *
 * <pre>
 * L = 1/N sum_i 1/|y_i| sum_t -min(w_it A_i, clip(w_it, 1 - epsilon, 1 + epsilon) A_i)   (3)
 * </pre>
 *
 * for N answers in groups; the KL of eq. 4 is {@link KlPenalty.InLoss} with {@link KlEstimator#K3}.
 * Tokens of long answers count less: a bad answer is the cheaper the longer it is (see {@link
 * DrGrpo}). Equal to TRL's grpo.
 */
@Doc("Group Relative Policy Optimization (arXiv 2402.03300)")
public record Grpo(
    @Doc("By how much a ratio may fall below 1 before a bad token's gradient ends") @Default("0.2")
        double epsilon,
    @Doc("By how much it may rise above 1 before a good token's gradient ends; unset: epsilon")
        Optional<Double> epsilonHigh,
    @Doc(
            value = "The most that the ratio of a bad token counts, such as 3; unset: no bound",
            elsewhere = {"clip_ratio_c", "dual_clip"})
        Optional<Double> delta,
    @Doc("Ratios of single tokens, or of whole answers as in gspo") @Default("token")
        RatioLevel importanceSamplingLevel)
    implements ClippedLoss, GroupLoss {
  public Grpo {
    Clip.of("grpo", epsilon, epsilonHigh, delta);
  }

  @Override
  public Clip clip() {
    return Clip.of("grpo", epsilon, epsilonHigh, delta);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.ANSWERS; // (3)
  }
}
