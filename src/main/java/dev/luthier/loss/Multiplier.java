package dev.luthier.loss;

import dev.luthier.error.Check;

/**
 * The Lagrange multiplier of a floor: the policy is to do best by preferences under E[o] >= floor,
 * so the loss is L - lambda (E[o] - floor) and lambda climbs on it (Dai et al. 2023, Safe RLHF,
 * https://arxiv.org/abs/2310.12773, section 3.3):
 *
 * <pre>
 * lambda := max(0, lambda + rate (floor - E[o]))
 * </pre>
 *
 * lambda is added to the metric's weight: it grows while the floor is missed and falls back to 0
 * where it is kept.
 *
 * @param floor of directed scores
 * @param rate of one step
 * @param value lambda
 */
public record Multiplier(double floor, double rate, double value) {
  public Multiplier {
    Check.within("floor", 0, 1, floor);
    Check.above("rate", 0, rate);
    Check.atLeast("multiplier", 0.0, value);
  }

  /** At the start of a run. */
  public Multiplier(double floor, double rate) {
    this(floor, rate, 0);
  }

  /**
   * After a step.
   *
   * @param measured the step's mean of directed scores
   */
  public Multiplier after(double measured) {
    return new Multiplier(floor, rate, Math.max(0, value + rate * (floor - measured)));
  }
}
