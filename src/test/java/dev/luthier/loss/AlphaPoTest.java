package dev.luthier.loss;

import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** AlphaPO. */
class AlphaPoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** p = 1/2 and 1/4, alpha 1, beta 2: r = 2 (1 - 2) = -2 and 2 (1 - 4) = -6; u = 4, less 1. */
  @Test
  void byHand() {
    AlphaPo loss = new AlphaPo(2, 1, 1);
    assertThat(loss(loss, 2 * Math.log(0.5), 4 * Math.log(0.25)))
        .isCloseTo(logistic(3), within(1e-12));
  }

  @Test
  void towardsZeroItIsSimPo() {
    assertThat(loss(new AlphaPo(2, 0.5, 1e-7), -1, -3))
        .isCloseTo(loss(new SimPo(2, 0.5), -1, -3), within(1e-6));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new AlphaPo(2, 0.5, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("alphapo.alpha must not be 0; that is simpo");
  }
}
