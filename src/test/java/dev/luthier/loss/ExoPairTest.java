package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static dev.luthier.loss.PairExample.sigmoid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Efficient Exact Optimization. */
class ExoPairTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** q = sigmoid(1), t = 0.9. */
  @Test
  void byHand() {
    double q = sigmoid(1);
    double expected = q * Math.log(q / 0.9) + (1 - q) * Math.log((1 - q) / 0.1);
    assertThat(loss(new ExoPair(0.5, 0.1), -1, -3)).isCloseTo(expected, within(1e-12));
  }

  /** A KL: 0 where the policy's choice is the raters', above elsewhere. u = ln 9 gives q = 0.9. */
  @Test
  void zeroWhereTheChoiceIsTheRaters() {
    ExoPair exo = new ExoPair(1, 0.1);
    assertThat(loss(exo, Math.log(9), 0)).isCloseTo(0, within(1e-12));
    assertThat(loss(exo, 1, 0)).isPositive();
  }

  /** p = 0.7 and epsilon = 0.1: t = 0.7 * 0.9 + 0.3 * 0.1 = 0.66. */
  @Test
  void softLabelsAreTheTarget() {
    double u = Math.log(0.66 / 0.34);
    PairLabels soft = PairLabels.soft(doubles(0.7));
    assertThat(new ExoPair(1, 0.1).of(pair(u, 0), soft).item_double()).isCloseTo(0, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new ExoPair(0.1, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("exo_pair.label_smoothing must be > 0, was 0");
  }
}
