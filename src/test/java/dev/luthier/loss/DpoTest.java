package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Direct Preference Optimization. */
class DpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final double BETA = 0.5;

  /** u = 0.5 * (-1 - -3) = 1. */
  @Test
  void byHand() {
    assertThat(loss(new Dpo(BETA), -1, -3)).isCloseTo(Math.log(1 + Math.exp(-1)), within(1e-12));
  }

  @Test
  void atTheReferenceItIsLn2() {
    for (Divergence d : List.of(new Divergence.ReverseKl(), new Divergence.ForwardKl())) {
      assertThat(loss(new Dpo(BETA, 0.2, d, Per.TOKEN), 0, 0))
          .isCloseTo(Math.log(2), within(1e-12));
    }
  }

  /** cDPO: 0.9 log(1 + e^-1) + 0.1 log(1 + e). Least at sigmoid(u) = 0.9, u = ln 9. */
  @Test
  void smoothedLabels() {
    Dpo dpo = new Dpo(BETA, 0.1, new Divergence.ReverseKl(), Per.ANSWER);
    assertThat(loss(dpo, -1, -3)).isCloseTo(0.9 * logistic(1) + 0.1 * logistic(-1), within(1e-12));
    double best = dpo.at(doubles(Math.log(9))).item_double();
    assertThat(dpo.at(doubles(Math.log(9) + 0.01)).item_double()).isGreaterThan(best);
    assertThat(dpo.at(doubles(Math.log(9) - 0.01)).item_double()).isGreaterThan(best);
  }

  /** Smoothing is what a soft label of 1 - epsilon says. */
  @Test
  void smoothingIsASoftLabel() {
    Dpo smoothed = new Dpo(BETA, 0.1, new Divergence.ReverseKl(), Per.ANSWER);
    assertThat(loss(smoothed, -1, -3))
        .isCloseTo(
            new Dpo(BETA).of(pair(-1, -3), PairLabels.soft(doubles(0.9))).item_double(),
            within(1e-12));
  }

  /** Answers of 2 and 4 tokens: u = 0.5 * (-1 / 2 - -3 / 4) = 0.125. */
  @Test
  void perToken() {
    Dpo dpo = new Dpo(BETA, 0, new Divergence.ReverseKl(), Per.TOKEN);
    assertThat(loss(dpo, -1, -3)).isCloseTo(logistic(0.125), within(1e-12));
  }

  /** Forward KL: r = -0.5 / t, u = -0.5 e^1 + 0.5 e^3. */
  @Test
  void anotherDivergence() {
    Dpo dpo = new Dpo(BETA, 0, new Divergence.ForwardKl(), Per.ANSWER);
    assertThat(loss(dpo, -1, -3)).isCloseTo(logistic(0.5 * (Math.exp(3) - Math.E)), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Dpo(-0.1))
        .isInstanceOf(UserError.class)
        .hasMessage("dpo.beta must be > 0, was -0.1");
    assertThatThrownBy(() -> new Dpo(0.1, 0.5, new Divergence.ReverseKl(), Per.ANSWER))
        .isInstanceOf(UserError.class)
        .hasMessage("dpo.label_smoothing must be >= 0 and < 0.5, was 0.5");
  }
}
