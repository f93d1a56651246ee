package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Simple Preference Optimization. */
class SimPoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Answers of 2 and 4 tokens: u = 2 * (-1 / 2 - -3 / 4) = 0.5; 0.3 has to be led by. */
  @Test
  void byHand() {
    assertThat(loss(new SimPo(2, 0.3), -1, -3)).isCloseTo(logistic(0.2), within(1e-12));
  }

  /** Lengths alone do not count: twice the tokens at the same mean. */
  @Test
  void lengthsDoNotCount() {
    Logps rejected = new Logps(doubles(-3), doubles(4));
    double once =
        new SimPo(2, 0.3)
            .of(new PairLogps(new Logps(doubles(-1), doubles(2)), rejected))
            .item_double();
    double twice =
        new SimPo(2, 0.3)
            .of(new PairLogps(new Logps(doubles(-2), doubles(4)), rejected))
            .item_double();
    assertThat(twice).isCloseTo(once, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new SimPo(0, 0.5))
        .isInstanceOf(UserError.class)
        .hasMessage("simpo.beta must be > 0, was 0");
    assertThatThrownBy(() -> new SimPo(2, -1))
        .isInstanceOf(UserError.class)
        .hasMessage("simpo.gamma must be >= 0, was -1");
  }
}
