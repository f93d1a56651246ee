package dev.luthier.loss;

import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.sigmoid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Anchored Preference Optimization, zero. */
class ApoZeroTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** r_w = -0.5, r_l = -1.5. */
  @Test
  void byHand() {
    assertThat(loss(new ApoZero(0.5), -1, -3))
        .isCloseTo(1 - sigmoid(-0.5) + sigmoid(-1.5), within(1e-12));
  }

  @Test
  void theChosenRisesAndTheRejectedFalls() {
    assertThat(loss(new ApoZero(0.5), 0.1, 0)).isLessThan(loss(new ApoZero(0.5), 0, 0));
    assertThat(loss(new ApoZero(0.5), 0, -0.1)).isLessThan(loss(new ApoZero(0.5), 0, 0));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new ApoZero(0))
        .isInstanceOf(UserError.class)
        .hasMessage("apo_zero.beta must be > 0, was 0");
  }
}
