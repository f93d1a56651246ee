package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Where the methods end on four answers with known rewards, a reference that is not flat, and
 * preferences that follow Bradley-Terry: the optimum of KL-regularised reward, pi_ref exp(r /
 * beta), or what the theory of the method puts in its place.
 */
class BanditTest {
  private static final double BETA = 0.5;
  private static final double[] REWARDS = {0.5, -0.3, 0.1, 0.0};
  private static final Bandit FOUR = new Bandit(0.4, 0.3, 0.2, 0.1);
  private static final double[][] PREFERRED = Bandit.bradleyTerry(REWARDS);

  private static double[] times(double factor, double... values) {
    double[] out = values.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] *= factor;
    }
    return out;
  }

  private static void ends(PairLoss loss, double rate, double[] expected) {
    double[] policy = FOUR.fit(loss::of, PREFERRED, 200, rate);
    for (int i = 0; i < expected.length; i++) {
      assertThat(policy[i]).as("%s: answer %d", loss, i).isCloseTo(expected[i], within(1e-4));
    }
  }

  /** A margin's optimum is logit p = r_i - r_j, so pi is pi_ref exp(r / beta). */
  @Test
  void logisticKindsReachTheClosedForm() {
    double[] best = FOUR.tilted(times(1 / BETA, REWARDS));
    ends(new Dpo(BETA), 20, best);
    ends(new Gpo(new Convex.Logistic(), BETA), 20, best);
    ends(new Gpo(new Convex.Savage(), BETA), 40, best);
    ends(new ExoPair(BETA, 1e-9), 20, best);
  }

  /** Labels of which 0.2 are flipped: robust DPO ends where DPO does on the true ones. */
  @Test
  void robustSeesThroughFlips() {
    double[][] flipped = new double[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        flipped[i][j] = 0.8 * PREFERRED[i][j] + 0.2 * PREFERRED[j][i];
      }
    }
    double[] best = FOUR.tilted(times(1 / BETA, REWARDS));
    double[] robust = FOUR.fit(new Robust(BETA, 0.2)::of, flipped, 200, 20);
    double[] plain = FOUR.fit(new Dpo(BETA)::of, flipped, 200, 20);
    assertThat(robust[0]).isCloseTo(best[0], within(1e-4));
    assertThat(plain[0]).isLessThan(best[0] - 0.05);
  }

  /** p e^-u + (1 - p) e^u is least at half of logit p: pi_ref exp(r / (2 beta)). */
  @Test
  void exponentialReachesHalf() {
    ends(new Gpo(new Convex.Exponential(), BETA), 6, FOUR.tilted(times(0.5 / BETA, REWARDS)));
  }

  /**
   * IPO does not ask for rewards: pi_ref exp(p(y) / beta), with p(y) how probably y wins against an
   * answer drawn from the data, here any of the four. The squared kinds end there too, with twice
   * the beta; the truncated one while no margin exceeds 1.
   */
  @Test
  void squaredKindsReachThePreferencesClosedForm() {
    double[] wins = new double[4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        wins[i] += PREFERRED[i][j] / 4;
      }
    }
    double[] best = FOUR.tilted(times(1 / BETA, wins));
    ends(new Ipo(BETA, Per.ANSWER), 0.5, best);
    ends(new Gpo(new Convex.Squared(), 2 * BETA), 0.5, best);
    ends(new Gpo(new Convex.TruncatedQuadratic(), 2 * BETA), 0.5, best);
  }

  /** Under another divergence beta f'(pi / pi_ref) is the reward, but for a constant. */
  @Test
  void otherDivergencesReachTheirOwnOptimum() {
    for (Divergence d : List.of(new Divergence.JsDivergence(), new Divergence.ForwardKl())) {
      Dpo loss = new Dpo(BETA, 0, d, Per.ANSWER);
      double[] policy =
          FOUR.fit(loss::of, PREFERRED, 600, d instanceof Divergence.ForwardKl ? 5 : 15);
      double[] reference = {0.4, 0.3, 0.2, 0.1};
      double[] scores = new double[4];
      for (int i = 0; i < 4; i++) {
        double ratio = Math.log(policy[i] / reference[i]);
        scores[i] = BETA * d.derivative(PairExample.doubles(ratio)).item_double();
      }
      for (int i = 1; i < 4; i++) {
        assertThat(scores[0] - scores[i])
            .as("%s: answers 0 and %d", d, i)
            .isCloseTo(REWARDS[0] - REWARDS[i], within(1e-3));
      }
    }
  }

  /**
   * Outcomes as margins are reward beside what raters like: with raters who like the first answer
   * by 0.4 and a truth of weight 0.6 that the second has, the end is pi_ref exp((r + w o) / beta).
   */
  @Test
  void outcomesAreReward() {
    Bandit two = new Bandit(0.5, 0.5);
    Outcomes truth =
        new Outcomes(
            PairExample.doubles(0).view(1, 1),
            PairExample.doubles(1).view(1, 1),
            PairExample.doubles(0.6),
            List.of("truth"));
    double[] policy =
        two.fit(
            (pairs, labels) -> new OutcomeWay.Margin().of(new Dpo(BETA), pairs, labels, truth),
            Bandit.bradleyTerry(0.4, 0),
            200,
            5);
    assertThat(policy[0]).isCloseTo(two.tilted(0.4 / BETA, 0.6 / BETA)[0], within(1e-4));
  }

  /** One answer always wins: DPO's log-ratio grows without end, IPO's stays at 1 / (2 beta). */
  @Test
  void certainPreferencesRunAwayFromDpoButNotFromIpo() {
    double[] dpo = Bandit.alwaysWon(new Dpo(BETA), 400, 4);
    double[] ipo = Bandit.alwaysWon(new Ipo(BETA, Per.ANSWER), 400, 0.1);
    assertThat(ipo[400]).isCloseTo(1 / (2 * BETA), within(1e-6));
    // doubling the steps adds about ln 2 / beta, for ever
    assertThat(dpo[400] - dpo[200]).isCloseTo(Math.log(2) / BETA, within(0.1));
    assertThat(dpo[200] - dpo[100]).isCloseTo(Math.log(2) / BETA, within(0.1));
    assertThat(dpo[400]).isGreaterThan(12);
  }

  /** The squared and the hinged kinds of gpo stop as well, the others do not. */
  @Test
  void whatStopsInTheFamily() {
    double squared = last(new Convex.Squared(), 0.1);
    double truncated = last(new Convex.TruncatedQuadratic(), 0.1);
    double hinge = last(new Convex.Hinge(), 0.1);
    assertThat(squared).isCloseTo(1 / BETA, within(1e-3));
    assertThat(truncated).isCloseTo(1 / BETA, within(1e-3));
    assertThat(hinge).isBetween(1 / BETA, 1 / BETA + 0.1);
    assertThat(last(new Convex.Exponential(), 4)).isGreaterThan(4 / BETA);
  }

  private static double last(Convex f, double rate) {
    return Bandit.alwaysWon(new Gpo(f, BETA), 400, rate)[400];
  }
}
