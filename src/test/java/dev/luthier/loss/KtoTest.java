package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.sigmoid;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kahneman-Tversky Optimization. */
class KtoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** h = 3, z_0 = 1, beta 0.5: u = 1; a good one costs sigmoid(-1), a bad one 1.5 sigmoid(1). */
  @Test
  void byHand() {
    Kto kto = new Kto(0.5, 1, 1.5);
    Logps one = answers(doubles(3), 2);
    assertThat(kto.of(one, doubles(1), doubles(1)).item_double())
        .isCloseTo(sigmoid(-1), within(1e-12));
    assertThat(kto.of(one, doubles(0), doubles(1)).item_double())
        .isCloseTo(1.5 * sigmoid(1), within(1e-12));
  }

  /** The mean of 3 and -1 is 1; that of 1 and -3 is below 0, and a KL is not. */
  @Test
  void originIsAKl() {
    assertThat(Kto.origin(answers(doubles(3, -1), 2)).item_double()).isEqualTo(1);
    assertThat(Kto.origin(answers(doubles(1, -3), 2)).item_double()).isZero();
  }

  /** At the reference every answer costs half of its weight. */
  @Test
  void atTheReference() {
    Kto kto = new Kto(0.5, 1, 1.5);
    assertThat(values(kto.of(answers(doubles(0, 0), 2), doubles(1, 0), doubles(0))))
        .containsExactly(0.5, 0.75);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Kto(0, 1, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("kto.beta must be > 0, was 0");
    assertThatThrownBy(() -> new Kto(0.1, 0, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("kto.desirable_weight must be > 0, was 0");
    assertThatThrownBy(() -> new Kto(0.1, 1, -1))
        .isInstanceOf(UserError.class)
        .hasMessage("kto.undesirable_weight must be > 0, was -1");
  }
}
