package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Offsets of grades. */
class OffsetTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void byHand() {
    assertThat(new Offset(2, Offset.Scale.LINEAR).of(doubles(3)).item_double()).isEqualTo(6);
    assertThat(new Offset(2, Offset.Scale.LOG).of(doubles(Math.E)).item_double())
        .isCloseTo(2, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Offset(-1, Offset.Scale.LINEAR))
        .isInstanceOf(UserError.class)
        .hasMessage("offset.alpha must be >= 0, was -1");
  }
}
