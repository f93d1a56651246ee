package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The hinge of SLiC. */
class HingeTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** u = 0.1 * (-1 - -3) = 0.2, so 0.8 is lacking; from u = 1 on nothing is. */
  @Test
  void byHand() {
    assertThat(loss(new Hinge(0.1), -1, -3)).isCloseTo(0.8, within(1e-12));
    assertThat(loss(new Hinge(0.1), -3, -1)).isCloseTo(1.2, within(1e-12));
    assertThat(loss(new Hinge(0.5), -1, -3)).isZero();
    assertThat(loss(new Hinge(0.5), -1, -9)).isZero();
  }

  /** With a margin of 0.5 it is won from u = 1.5 on. */
  @Test
  void marginMovesTheHinge() {
    assertThat(new Hinge(0.5).of(pair(-1, -3), PairLabels.by(doubles(0.5))).item_double())
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Hinge(0))
        .isInstanceOf(UserError.class)
        .hasMessage("hinge.beta must be > 0, was 0");
  }
}
