package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Optional;

/**
 * REINFORCE Leave-One-Out (Ahmadian et al. 2024, Back to Basics, https://arxiv.org/abs/2402.14740;
 * the baseline: Kool et al. 2019): an answer is one action, and what it is compared with is the
 * mean of the group's others, {@link Baseline#LEAVE_ONE_OUT}. On policy its gradient is
 *
 * <pre>
 * -1/N sum_i A_i grad log pi(y_i | x)
 * </pre>
 *
 * the one of {@link Reinforce}; for further steps on the same answers the ratio of whole answers is
 * clipped, as in TRL's RLOO.
 */
@Doc("REINFORCE against the mean of the group's other answers (arXiv 2402.14740)")
public record Rloo(
    @Doc("By how much the ratio of a whole answer may leave 1 before its gradient ends")
        @Default("0.2")
        double epsilon,
    @Doc("The same upwards; unset: epsilon") Optional<Double> epsilonHigh)
    implements ClippedLoss, GroupLoss {
  public Rloo {
    Clip.of("rloo", epsilon, epsilonHigh, Optional.empty());
  }

  @Override
  public Clip clip() {
    return Clip.of("rloo", epsilon, epsilonHigh, Optional.empty());
  }

  @Override
  public RatioLevel importanceSamplingLevel() {
    return RatioLevel.PRODUCT;
  }

  @Override
  public GroupAdvantage advantage() {
    return new GroupAdvantage(Baseline.LEAVE_ONE_OUT, ScaleRewards.NONE);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.ANSWERS; // an answer's tokens all hold its loss: the mean is the answer's
  }
}
