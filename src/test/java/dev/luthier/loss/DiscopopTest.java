package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.floats;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.sigmoid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** DiscoPOP. */
class DiscopopTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** u = 0.1, tau 0.05: s = sigmoid(2); (1 - s) f(0.1) + s e^-0.1. */
  @Test
  void byHand() {
    double s = sigmoid(2);
    assertThat(new Discopop(0.1, 0.05).at(doubles(0.1)).item_double())
        .isCloseTo((1 - s) * logistic(0.1) + s * Math.exp(-0.1), within(1e-12));
  }

  /** Far to the left it is logistic, far to the right exponential. */
  @Test
  void bothEnds() {
    Discopop loss = new Discopop(0.1, 0.05);
    assertThat(loss.at(doubles(-2)).item_double()).isCloseTo(logistic(-2), within(1e-9));
    assertThat(loss.at(doubles(2)).item_double()).isCloseTo(Math.exp(-2), within(1e-9));
    assertThat(loss.at(floats(-200)).item_double()).isCloseTo(200, within(1e-3));
  }

  /** As the paper says, it is not convex: between the two it rises. */
  @Test
  void itRisesInBetween() {
    Discopop loss = new Discopop(0.1, 0.05);
    assertThat(loss.at(doubles(0.05)).item_double())
        .isGreaterThan(loss.at(doubles(-0.05)).item_double());
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Discopop(0.1, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("discopop.tau must be > 0, was 0");
  }
}
