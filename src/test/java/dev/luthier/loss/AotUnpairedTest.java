package dev.luthier.loss;

import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.pairs;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Optimal transport of rewards. */
class AotUnpairedTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Rewards 1, 0 (chosen) and -1, 0.5 (rejected), sorted: 0 - -1 = 1 and 1 - 0.5 = 0.5. */
  @Test
  void byHand() {
    double[] losses =
        values(new AotUnpaired(1, 0).of(pairs(new double[] {1, 0}, new double[] {-1, 0.5})));
    assertThat(losses[0]).isCloseTo(logistic(1), within(1e-12));
    assertThat(losses[1]).isCloseTo(logistic(0.5), within(1e-12));
  }

  /** Who belongs to whom does not count. */
  @Test
  void pairingDoesNotCount() {
    AotUnpaired loss = new AotUnpaired(1, 0.1);
    assertThat(values(loss.of(pairs(new double[] {1, 0}, new double[] {0.5, -1}))))
        .isEqualTo(values(loss.of(pairs(new double[] {1, 0}, new double[] {-1, 0.5}))));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new AotUnpaired(0, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("aot_unpaired.beta must be > 0, was 0");
  }
}
