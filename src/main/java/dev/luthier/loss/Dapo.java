package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * Decoupled Clip and Dynamic Sampling Policy Optimization (Yu et al. 2025,
 * https://arxiv.org/abs/2503.14476, eq. 8):
 *
 * <pre>
 * L = 1/M sum_it -min(w_it A_i, clip(w_it, 1 - epsilon, 1 + epsilon_high) A_i)           (8)
 * </pre>
 *
 * All tokens of a step count the same, and the clip leaves more room above than below, so that rare
 * tokens can become likelier and the policy's entropy does not fall as fast. The rest of the method
 * is not a loss: groups without spread are drawn again ({@link Advantages#flat} says which), and
 * answers near the limit pay {@link OverlongPenalty}. Equal to TRL's dapo.
 */
@Doc("GRPO with all tokens equal and room for rare tokens to rise (arXiv 2503.14476)")
public record Dapo(
    @Doc("By how much a ratio may fall below 1 before a bad token's gradient ends") @Default("0.2")
        double epsilon,
    @Doc("By how much it may rise above 1 before a good token's gradient ends") @Default("0.28")
        double epsilonHigh,
    @Doc(
            value = "The most that the ratio of a bad token counts, such as 3; unset: no bound",
            elsewhere = {"clip_ratio_c", "dual_clip"})
        Optional<Double> delta,
    @Doc("Ratios of single tokens, or of whole answers as in gspo") @Default("token")
        RatioLevel importanceSamplingLevel)
    implements ClippedLoss, GroupLoss {
  public Dapo {
    Clip.of("dapo", epsilon, Optional.of(epsilonHigh), delta);
  }

  @Override
  public Clip clip() {
    return Clip.of("dapo", epsilon, Optional.of(epsilonHigh), delta);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.TOKENS; // (8)
  }
}
