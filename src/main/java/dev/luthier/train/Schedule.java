package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** How the learning rate moves over a run, as a factor on its peak. */
@Doc("How the learning rate moves over the run")
public sealed interface Schedule {
  /**
   * The factor on the peak rate for one step.
   *
   * @param step the step, counted from 0
   * @param total the number of steps of the run
   */
  double factor(long step, long total);

  /** The same rate all the way after the warm-up. */
  @Doc("The peak rate all the way, after the warm-up")
  record Constant(
      @Doc(
              value = "Steps, or share of the run, over which the rate rises from 0",
              elsewhere = {"warmup_steps", "warmup_ratio"})
          @Default("0")
          Span warmup)
      implements Schedule {
    @Override
    public double factor(long step, long total) {
      return rise(step, warmup.of(total));
    }
  }

  /** A straight line from the peak down to its floor at the end. */
  @Doc("A straight line from the peak down to its floor")
  record Linear(
      @Doc(
              value = "Steps, or share of the run, over which the rate rises from 0",
              elsewhere = {"warmup_steps", "warmup_ratio"})
          @Default("3%")
          Span warmup,
      @Doc("The floor, as a share of the peak") @Default("0") double minLr)
      implements Schedule {
    public Linear {
      Check.within("schedule.linear.min_lr", 0, 1, minLr);
    }

    @Override
    public double factor(long step, long total) {
      long w = warmup.of(total);
      return step < w ? rise(step, w) : minLr + (1 - minLr) * (1 - progress(step, w, total));
    }
  }

  /** Half a cosine from the peak down to its floor (Loshchilov and Hutter, arXiv 1608.03983). */
  @Doc("Half a cosine from the peak down to its floor (arXiv 1608.03983)")
  record Cosine(
      @Doc(
              value = "Steps, or share of the run, over which the rate rises from 0",
              elsewhere = {"warmup_steps", "warmup_ratio"})
          @Default("3%")
          Span warmup,
      @Doc("The floor, as a share of the peak") @Default("0") double minLr)
      implements Schedule {
    public Cosine {
      Check.within("schedule.cosine.min_lr", 0, 1, minLr);
    }

    @Override
    public double factor(long step, long total) {
      long w = warmup.of(total);
      double half = (1 + Math.cos(Math.PI * progress(step, w, total))) / 2;
      return step < w ? rise(step, w) : minLr + (1 - minLr) * half;
    }
  }

  /** Warm-up, a plateau, and a straight decay at the end (Hu et al., arXiv 2404.06395). */
  @Doc("Warm-up, a plateau, then a straight decay at the end (arXiv 2404.06395)")
  record Wsd(
      @Doc(
              value = "Steps, or share of the run, over which the rate rises from 0",
              elsewhere = {"warmup_steps", "warmup_ratio"})
          @Default("3%")
          Span warmup,
      @Doc("Steps, or share of the run, of the decay at its end") @Default("20%") Span decay,
      @Doc("The floor, as a share of the peak") @Default("0") double minLr)
      implements Schedule {
    public Wsd {
      Check.within("schedule.wsd.min_lr", 0, 1, minLr);
    }

    @Override
    public double factor(long step, long total) {
      long w = warmup.of(total);
      long from = Math.max(w, total - decay.of(total));
      return step < from ? rise(step, w) : minLr + (1 - minLr) * (1 - progress(step, from, total));
    }
  }

  /** The share of the warm-up that is done: 0 at step 0, as transformers counts. */
  private static double rise(long step, long warmup) {
    return step < warmup ? (double) step / warmup : 1;
  }

  /** The share of the way from one step to the end, in [0, 1]. */
  private static double progress(long step, long from, long total) {
    return Math.min(1, (double) (step - from) / Math.max(1, total - from));
  }
}
