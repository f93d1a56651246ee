package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.Optional;

/** When AdaLoRA cuts ranks, and how it measures their importance. */
@Doc("When and how the ranks are cut")
public record AdaloraSchedule(
    @Doc(
            value = "Share of the run before the first cut",
            elsewhere = {"tinit"})
        @Default("0.1")
        double warmup,
    @Doc(
            value = "Share of the run after the last cut, in which the ranks stay",
            elsewhere = {"tfinal"})
        @Default("0.3")
        double settle,
    @Doc(
            value = "Steps from cut to cut",
            elsewhere = {"deltaT"})
        @Default("10")
        int every,
    @Doc(
            value = "Smoothing of the importance",
            elsewhere = {"beta1"})
        @Default("0.85")
        double importance,
    @Doc(
            value = "Smoothing of its uncertainty",
            elsewhere = {"beta2"})
        @Default("0.85")
        double uncertainty,
    @Doc(
            value = "Steps that the shares are of; unset: those of the run",
            elsewhere = {"total_step"})
        Optional<Integer> steps) {
  public AdaloraSchedule {
    Check.below("adalora.schedule.warmup", 0, 1, warmup);
    Check.below("adalora.schedule.settle", 0, 1, settle);
    Check.atLeast("adalora.schedule.every", 1, every);
    Check.below("adalora.schedule.importance", 0, 1, importance);
    Check.below("adalora.schedule.uncertainty", 0, 1, uncertainty);
    steps.ifPresent(n -> Check.atLeast("adalora.schedule.steps", 1, n));
    if (warmup + settle >= 1) {
      throw new UserError(
          "adalora.schedule.warmup + settle must be < 1, was %s"
              .formatted(Check.text(warmup + settle)));
    }
  }

  /** The same for a run of so many steps. */
  AdaloraSchedule during(long total) {
    return new AdaloraSchedule(
        warmup, settle, every, importance, uncertainty, Optional.of(steps.orElse((int) total)));
  }

  /** The steps before cutting begins, t_i. */
  long warmupSteps(long total) {
    return Math.round(warmup * total);
  }

  /** The steps after cutting ends, t_f. */
  long settleSteps(long total) {
    return Math.round(settle * total);
  }

  /**
   * b(t), appendix A: from the first budget down to the last with the third power of what is left,
   * as PEFT has it; the paper takes t_f off t as well.
   *
   * @param step counted from 1
   */
  long budget(long step, long total, long from, long to) {
    long ti = warmupSteps(total);
    long end = total - settleSteps(total);
    if (step <= ti) {
      return from;
    }
    if (step >= end) {
      return to;
    }
    double left = 1 - (double) (step - ti) / (end - ti);
    return (long) ((from - to) * left * left * left + to);
  }
}
