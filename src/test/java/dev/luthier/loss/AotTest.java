package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Optimal transport of margins. */
class AotTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /**
   * Policy margins 3 and 1, reference margins 0 and 2: sorted 1, 3 against 0, 2, so u = 0.5 twice,
   * where pair by pair it would be 1.5 and -0.5.
   */
  @Test
  void byHand() {
    PairLogps pairs =
        new PairLogps(
            doubles(3, 1),
            doubles(0, 0),
            doubles(0, 2),
            doubles(0, 0),
            doubles(1, 1),
            doubles(1, 1));
    for (double loss : values(new Aot(0.5, 0).of(pairs))) {
      assertThat(loss).isCloseTo(logistic(0.5), within(1e-12));
    }
  }

  @Test
  void onePairIsDpo() {
    assertThat(loss(new Aot(0.5, 0), -1, -3)).isCloseTo(loss(new Dpo(0.5), -1, -3), within(1e-12));
    assertThat(new Aot(0.5, 0).wholeStep()).isTrue();
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Aot(0.5, 0).of(pair(-1, -3), PairLabels.soft(doubles(0.5))))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("aot has no place for soft labels");
    assertThatThrownBy(() -> new Aot(0, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("aot.beta must be > 0, was 0");
  }
}
