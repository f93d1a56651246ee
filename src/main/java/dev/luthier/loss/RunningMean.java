package dev.luthier.loss;

import dev.luthier.error.Check;

/**
 * The mean of all that came so far: the origin of {@link Bco} over log-ratios, which a run carries
 * from step to step.
 *
 * @param mean 0 before anything came
 * @param count how many came
 */
public record RunningMean(double mean, long count) {
  public RunningMean {
    Check.atLeast("count", 0, count);
  }

  /** Before anything came. */
  public RunningMean() {
    this(0, 0);
  }

  /** After so many more with this mean. */
  public RunningMean and(double otherMean, long otherCount) {
    long all = count + otherCount;
    return all == 0 ? this : new RunningMean(mean + (otherMean - mean) * otherCount / all, all);
  }
}
