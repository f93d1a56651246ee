package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plackett-Luce on rankings of a few answers. */
class PlackettLuceTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor ranks(long... ranks) {
    return Ops.longs(ranks, Compute.CPU).view(1, ranks.length);
  }

  /**
   * Scores ln 2, 0, ln 3 of ranks 1, 3, 2, so weights 2, 1, 3: the best is drawn with 2 / 6, the
   * next with 3 / 4: L = ln 3 + ln 4/3 = ln 4.
   */
  @Test
  void byHand() {
    Tensor scores = doubles(Math.log(2), 0, Math.log(3)).view(1, 3);
    Loss loss = new PlackettLuce().of(scores, ranks(1, 3, 2), 1);
    assertThat(loss.total().item_double()).isCloseTo(Math.log(4), within(1e-12));
    assertThat(term(loss, "accuracy")).isZero(); // the highest score has rank 2
  }

  /** Over all rankings of three answers probabilities add up to 1. */
  @Test
  void isADistributionOverRankings() {
    Tensor scores = doubles(0.3, -0.2, 0.9).view(1, 3);
    double sum = 0;
    for (long[] r :
        new long[][] {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}}) {
      sum += Math.exp(-new PlackettLuce().of(scores, ranks(r), 1).total().item_double());
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  /** Equal scores of K answers: 1 / K!. */
  @Test
  void equalScoresAreAGuess() {
    Loss loss = new PlackettLuce().of(doubles(1, 1, 1, 1).view(1, 4), ranks(2, 1, 4, 3), 1);
    assertThat(loss.total().item_double()).isCloseTo(Math.log(24), within(1e-12));
  }

  @Test
  void tiesAreRefused() {
    assertThatThrownBy(() -> new PlackettLuce().of(doubles(1, 2, 3).view(1, 3), ranks(1, 2, 2), 1))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("a ranking has two answers of one rank");
  }

  /** Two missing answers are no tie. */
  @Test
  void missingAnswersDoNotTie() {
    Loss loss = new PlackettLuce().of(doubles(1, 0, 5, 7).view(1, 4), ranks(1, 2, 0, 0), 1);
    assertThat(loss.total().item_double()).isCloseTo(logistic(1), within(1e-12));
    assertThat(term(loss, "accuracy")).isEqualTo(1);
  }
}
