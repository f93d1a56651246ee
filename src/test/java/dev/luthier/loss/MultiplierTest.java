package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A floor of 0.9. */
class MultiplierTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Floor 0.9, rate 0.5: 0.7 misses it by 0.2, so 0.1; 0.8 by 0.1, so 0.15; 1 gives 0.05 back. */
  @Test
  void byHand() {
    Multiplier lambda = new Multiplier(0.9, 0.5);
    assertThat(lambda.value()).isZero();
    lambda = lambda.after(0.7);
    assertThat(lambda.value()).isCloseTo(0.1, within(1e-12));
    lambda = lambda.after(0.8);
    assertThat(lambda.value()).isCloseTo(0.15, within(1e-12));
    lambda = lambda.after(1);
    assertThat(lambda.value()).isCloseTo(0.1, within(1e-12));
  }

  /** Where the floor is kept, it falls to 0 and no further. */
  @Test
  void neverBelowZero() {
    assertThat(new Multiplier(0.5, 0.5, 0.1).after(1).value()).isZero();
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Multiplier(1.5, 0.1))
        .isInstanceOf(UserError.class)
        .hasMessage("floor must be from 0 to 1, was 1.5");
  }
}
