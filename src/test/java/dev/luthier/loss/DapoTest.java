package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Decoupled clip. */
class DapoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** The good token may go to 1.28: (-1.28 + 0.8 + 1 + 1.1) / 4. */
  @Test
  void byHand() {
    assertThat(loss(new Dapo(0.2, 0.28, none(), RatioLevel.TOKEN)))
        .isCloseTo(1.62 / 4, within(1e-12));
  }

  /** With one bound for both sides it is bnpo. */
  @Test
  void symmetric() {
    assertThat(loss(new Dapo(0.2, 0.2, none(), RatioLevel.TOKEN)))
        .isEqualTo(loss(new Bnpo(0.2, none(), none(), RatioLevel.TOKEN)));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Dapo(0.2, -0.1, none(), RatioLevel.TOKEN))
        .hasMessage("dapo.epsilon_high must be >= 0, was -0.1");
  }
}
