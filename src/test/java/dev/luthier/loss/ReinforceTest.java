package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.loss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The plain policy gradient. */
class ReinforceTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /**
   * log pi = -2 + ln 1.5 | -3 + ln 0.5, -1, -2.5 + ln 1.1: (-logs of the good + of the bad) / 2.
   */
  @Test
  void byHand() {
    double good = -2 + Math.log(1.5);
    double bad = -3 + Math.log(0.5) - 1 - 2.5 + Math.log(1.1);
    assertThat(loss(new Reinforce())).isCloseTo((-good + bad) / 2, within(1e-12));
  }

  /** -A / N at each token. */
  @Test
  void theGradient() {
    assertThat(gradient(new Reinforce(), OLD, advantages())).containsExactly(-0.5, 0.5, 0.5, 0.5);
  }
}
