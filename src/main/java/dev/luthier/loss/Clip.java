package dev.luthier.loss;

import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * How far a ratio may move before its gradient ends (Schulman et al. 2017,
 * https://arxiv.org/abs/1707.06347, eq. 7):
 *
 * <pre>
 * l = -min(w A, clip(w, 1 - epsilon, 1 + epsilon_high) A)                            (7)
 * w' = min(w, delta)
 * </pre>
 *
 * The minimum forgives only where the ratio moved the wrong way. So a token with A &lt; 0 and a
 * large ratio has no bound; delta is one: dual clip (Ye et al. 2020,
 * https://arxiv.org/abs/1912.09729), the two-sided clip of INTELLECT-2 (2025,
 * https://arxiv.org/abs/2505.07291).
 *
 * @param low 1 - epsilon
 * @param high 1 + epsilon_high
 * @param delta the most that a ratio counts; infinite where there is no such bound
 */
public record Clip(double low, double high, double delta) {
  /** From a method's keys. */
  static Clip of(
      String method, double epsilon, Optional<Double> epsilonHigh, Optional<Double> delta) {
    Check.within(method + ".epsilon", 0, 1, epsilon);
    epsilonHigh.ifPresent(e -> Check.atLeast(method + ".epsilon_high", 0.0, e));
    delta.ifPresent(d -> Check.above(method + ".delta", 1, d));
    return new Clip(
        1 - epsilon, 1 + epsilonHigh.orElse(epsilon), delta.orElse(Double.POSITIVE_INFINITY));
  }

  /** (M) the loss of each token. */
  public Tensor each(Tensor ratios, Tensor advantages) {
    Tensor free = capped(ratios).mul(advantages); // (M)
    Tensor held = ratios.clamp_min(Ops.scalar(low)).clamp_max(Ops.scalar(high)).mul(advantages);
    return free.minimum(held).neg(); // (7)
  }

  /** (M) 1 where a token that is to become rarer has no gradient, as it already did; else 0. */
  public Tensor low(Tensor ratios, Tensor advantages) {
    Tensor below = capped(ratios).lt(Ops.scalar(low));
    return below.logical_and(advantages.lt(Ops.scalar(0))).to(ratios.scalar_type());
  }

  /** (M) 1 where a token that is to become likelier has no gradient, as it already did; else 0. */
  public Tensor high(Tensor ratios, Tensor advantages) {
    Tensor above = capped(ratios).gt(Ops.scalar(high));
    return above.logical_and(advantages.gt(Ops.scalar(0))).to(ratios.scalar_type());
  }

  private Tensor capped(Tensor ratios) {
    return Double.isInfinite(delta) ? ratios : ratios.clamp_max(Ops.scalar(delta));
  }
}
