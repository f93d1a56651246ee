package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * GRPO whose tokens all count the same, which is {@link Dapo} with GRPO's symmetric clip:
 *
 * <pre>
 * L = 1/M sum_it -min(w_it A_i, clip(w_it, 1 - epsilon, 1 + epsilon) A_i)
 * </pre>
 *
 * The name is TRL's, whose M counts the tokens of one device's micro-batch, so that its loss
 * changes with the way a step is cut; here M counts the step's. Equal to TRL's bnpo where a step
 * has one micro-batch.
 */
@Doc("GRPO whose tokens all count the same, with a symmetric clip")
public record Bnpo(
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
  public Bnpo {
    Clip.of("bnpo", epsilon, epsilonHigh, delta);
  }

  @Override
  public Clip clip() {
    return Clip.of("bnpo", epsilon, epsilonHigh, delta);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.TOKENS; // 1/M sum_it
  }
}
