package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whole answers as actions. */
class RlooTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Whole ratios 1.5 and 0.55, clipped to [0.8, 1.2]: (-1.2 + 0.8) / 2. */
  @Test
  void byHand() {
    assertThat(loss(new Rloo(0.2, none()))).isCloseTo(-0.2, within(1e-12));
  }

  /** On policy it is REINFORCE. */
  @Test
  void itsGradientIsTheRewards() {
    assertThat(gradient(new Rloo(0.2, none()), OLD, advantages()))
        .containsExactly(gradient(new Reinforce(), OLD, advantages()), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Rloo(3, none()))
        .hasMessage("rloo.epsilon must be from 0 to 1, was 3");
  }
}
