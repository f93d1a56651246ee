package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** GRPO whose tokens count the same. */
class BnpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** (-1.2 + 0.8 + 1 + 1.1) / 4. */
  @Test
  void byHand() {
    assertThat(loss(new Bnpo(0.2, none(), none(), RatioLevel.TOKEN)))
        .isCloseTo(1.7 / 4, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Bnpo(-1, none(), none(), RatioLevel.TOKEN))
        .hasMessage("bnpo.epsilon must be from 0 to 1, was -1");
  }
}
