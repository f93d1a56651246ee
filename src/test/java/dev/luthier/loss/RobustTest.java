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

/** DPO of flipped labels. */
class RobustTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** u = 1, epsilon = 0.2: (0.8 f(1) - 0.2 f(-1)) / 0.6. */
  @Test
  void byHand() {
    assertThat(loss(new Robust(0.5, 0.2), -1, -3))
        .isCloseTo((0.8 * logistic(1) - 0.2 * logistic(-1)) / 0.6, within(1e-12));
  }

  @Test
  void withoutFlipsItIsDpo() {
    assertThat(loss(new Robust(0.5, 0), -1, -3))
        .isCloseTo(loss(new Dpo(0.5), -1, -3), within(1e-12));
  }

  /** The mean over labels of which 0.2 are flipped is DPO's loss. */
  @Test
  void unbiasedUnderFlips() {
    Robust robust = new Robust(0.5, 0.2);
    double mean = 0.8 * loss(robust, -1, -3) + 0.2 * loss(robust, -3, -1);
    assertThat(mean).isCloseTo(loss(new Dpo(0.5), -1, -3), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Robust(0.1, 0.5))
        .isInstanceOf(UserError.class)
        .hasMessage("robust.label_smoothing must be >= 0 and < 0.5, was 0.5");
  }
}
