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

/** Binary Classifier Optimization of pairs. */
class BcoPairTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** r_w = -0.5, r_l = -1.5. */
  @Test
  void byHand() {
    assertThat(loss(new BcoPair(0.5), -1, -3))
        .isCloseTo(logistic(-0.5) + logistic(1.5), within(1e-12));
  }

  /** The paper's theorem: it bounds DPO's loss from above. */
  @Test
  void boundsDpo() {
    for (double chosen : new double[] {-4, -1, 0, 2}) {
      assertThat(loss(new BcoPair(0.5), chosen, -1)).isGreaterThan(loss(new Dpo(0.5), chosen, -1));
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new BcoPair(0))
        .isInstanceOf(UserError.class)
        .hasMessage("bco_pair.beta must be > 0, was 0");
  }
}
