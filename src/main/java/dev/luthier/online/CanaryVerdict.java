package dev.luthier.online;

import dev.luthier.metric.RateDifference;

/**
 * What the trial of a version says so far.
 *
 * @param why in words, with the figures
 */
record CanaryVerdict(Way way, String why) {
  /** So few opinions end no trial before its time. */
  private static final int FEW = 10;

  /** What to do. */
  enum Way {
    PROMOTE,
    ROLL_BACK,
    WAIT
  }

  /**
   * With d the difference of the rates of approval and [low, high] its 95 % interval: clearly worse
   * (high &lt; 0) goes back at once; with enough opinions low &gt; -{@code worse_by} is promoted;
   * what is open when the time is over goes back.
   *
   * @param over whether the time of the trial is over
   */
  static CanaryVerdict of(CanarySpec spec, Approval canary, Approval current, boolean over) {
    RateDifference d = canary.above(current);
    String figures =
        "approval %s, current version %s: difference %+.3f, 95 %%: %+.3f to %+.3f"
            .formatted(canary.text(), current.text(), d.difference(), d.low(), d.high());
    if (d.high() < 0 && canary.count() >= Math.min(FEW, spec.ratings())) {
      return new CanaryVerdict(Way.ROLL_BACK, "worse than the current version; " + figures);
    }
    if (canary.count() >= spec.ratings() && d.low() > -spec.worseBy()) {
      return new CanaryVerdict(Way.PROMOTE, figures);
    }
    return over
        ? new CanaryVerdict(
            Way.ROLL_BACK,
            "not shown to be as good after %s (it takes %d opinions and a difference above -%s); %s"
                .formatted(spec.time(), spec.ratings(), spec.worseBy(), figures))
        : new CanaryVerdict(Way.WAIT, figures);
  }
}
