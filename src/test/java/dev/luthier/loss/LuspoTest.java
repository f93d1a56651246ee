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

/** Sequence ratios without a length bias. */
class LuspoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** As GSPO, times the lengths: (-1 * 1.2 + 3 * 0.9) / 2. */
  @Test
  void byHand() {
    assertThat(loss(new Luspo(0.1, 0.2, none()))).isCloseTo(0.75, within(1e-12));
  }

  /** On policy it is the plain policy gradient. */
  @Test
  void itsGradientIsTheRewards() {
    assertThat(gradient(new Luspo(0.1, 0.2, none()), OLD, advantages()))
        .containsExactly(gradient(new Reinforce(), OLD, advantages()), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Luspo(-0.1, 0.2, none()))
        .hasMessage("luspo.epsilon must be from 0 to 1, was -0.1");
  }
}
