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

/** Anchored Preference Optimization, down. */
class ApoDownTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** r_w = -0.5, margin 1. */
  @Test
  void byHand() {
    assertThat(loss(new ApoDown(0.5), -1, -3))
        .isCloseTo(sigmoid(-0.5) + 1 - sigmoid(1), within(1e-12));
  }

  /** A pair that is won: both answers are to fall. */
  @Test
  void bothFall() {
    assertThat(loss(new ApoDown(0.5), -1.1, -5)).isLessThan(loss(new ApoDown(0.5), -1, -5));
    assertThat(loss(new ApoDown(0.5), -1, -5.1)).isLessThan(loss(new ApoDown(0.5), -1, -5));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new ApoDown(0))
        .isInstanceOf(UserError.class)
        .hasMessage("apo_down.beta must be > 0, was 0");
  }
}
