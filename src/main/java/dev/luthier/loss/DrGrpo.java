package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * GRPO done right (Liu et al. 2025, Understanding R1-Zero-Like Training,
 * https://arxiv.org/abs/2503.20783):
 *
 * <pre>
 * L = 1/(N L_max) sum_it -min(w_it A_i, clip(w_it, 1 - epsilon, 1 + epsilon) A_i)
 * </pre>
 *
 * Divided by what answers may have, not by what they have, so that the gradient is that of the
 * expected reward but for a constant, and length has no price of its own. It belongs with
 * advantages that are not divided by a deviation ({@link ScaleRewards#NONE}), which would make easy
 * and hard prompts count more. L_max is the rollout's limit. Equal to TRL's dr_grpo.
 */
@Doc("GRPO without its length bias (arXiv 2503.20783)")
public record DrGrpo(
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
  public DrGrpo {
    Clip.of("dr_grpo", epsilon, epsilonHigh, delta);
  }

  @Override
  public Clip clip() {
    return Clip.of("dr_grpo", epsilon, epsilonHigh, delta);
  }

  @Override
  public GroupAdvantage advantage() {
    return new GroupAdvantage(Baseline.GROUP, ScaleRewards.NONE);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.LIMIT; // 1/(N L_max) sum_it
  }
}
