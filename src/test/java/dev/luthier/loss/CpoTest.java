package dev.luthier.loss;

import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Contrastive Preference Optimization. */
class CpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** u = 0.5 * (-1 - -3) = 1, without looking at the reference; NLL = 1 / 2. */
  @Test
  void byHand() {
    Cpo cpo = new Cpo(0.5, 2, new Convex.Logistic());
    assertThat(loss(cpo, -1, -3)).isCloseTo(logistic(1) + 2 * 0.5, within(1e-12));
  }

  /** It is DPO with a reference that finds all answers alike. */
  @Test
  void isDpoOfAFlatReference() {
    assertThat(loss(new Cpo(0.5, 0, new Convex.Logistic()), -1, -3))
        .isCloseTo(loss(new Dpo(0.5), -1, -3), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Cpo(0, 1, new Convex.Logistic()))
        .isInstanceOf(UserError.class)
        .hasMessage("cpo.beta must be > 0, was 0");
    assertThatThrownBy(() -> new Cpo(1, -1, new Convex.Logistic()))
        .isInstanceOf(UserError.class)
        .hasMessage("cpo.nll must be >= 0, was -1");
  }
}
