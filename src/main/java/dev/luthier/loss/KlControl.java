package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** What a unit of KL costs, and whether that changes in a run. */
@Doc("What it costs to leave the reference, and whether that changes")
public sealed interface KlControl {
  /** The first step's coefficient. */
  double start();

  /**
   * The next coefficient.
   *
   * @param beta the present one
   * @param kl the measured KL of whole answers, their mean
   * @param answers how many were measured
   */
  double after(double beta, double kl, double answers);

  /** Always the same. */
  @Doc("Always the same")
  record Fixed(@Doc("What a unit of KL costs") @Default("0.05") double beta) implements KlControl {
    public Fixed {
      Check.atLeast("fixed.beta", 0.0, beta);
    }

    @Override
    public double start() {
      return beta;
    }

    @Override
    public double after(double beta, double kl, double answers) {
      return beta;
    }
  }

  /**
   * Steered towards a KL (Ziegler et al. 2019, https://arxiv.org/abs/1909.08593, section 2.2):
   *
   * <pre>
   * e = clip(KL / target - 1, -0.2, 0.2)
   * beta := beta (1 + K e),  K = answers / horizon
   * </pre>
   */
  @Doc("Steered so that the KL of whole answers comes to a target (arXiv 1909.08593)")
  record Adaptive(
      @Doc(
              value = "The first step's",
              elsewhere = {"init_kl_coef"})
          @Default("0.2")
          double start,
      @Doc("The KL of whole answers, in nats, that is aimed at") @Default("6") double target,
      @Doc("Over how many answers a KL that is far off changes it by a fifth") @Default("10000")
          double horizon)
      implements KlControl {
    private static final double MOST = 0.2;

    public Adaptive {
      Check.above("adaptive.start", 0, start);
      Check.above("adaptive.target", 0, target);
      Check.above("adaptive.horizon", 0, horizon);
    }

    @Override
    public double after(double beta, double kl, double answers) {
      double error = Math.max(-MOST, Math.min(MOST, kl / target - 1)); // e
      return beta * (1 + error * answers / horizon);
    }
  }
}
