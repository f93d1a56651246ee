package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static dev.luthier.loss.TokenExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ratio of whole answers. */
class GspoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** s = 1.5 and the cube root of 0.55 = 0.819, clipped to [0.9, 1.2]: (-1.2 + 0.9) / 2. */
  @Test
  void byHand() {
    assertThat(loss(new Gspo(0.1, 0.2, none()))).isCloseTo(-0.15, within(1e-12));
    assertThat(loss(new Gspo(0.2, 0.2, none())))
        .isCloseTo((-1.2 + Math.cbrt(0.55)) / 2, within(1e-12));
  }

  /** Both answers are clipped: halves of the answers, not shares of the tokens. */
  @Test
  void sharesAreOfAnswers() {
    assertThat(term(new Gspo(0.1, 0.2, none()), "clip_ratio_low")).isEqualTo(0.5);
    assertThat(term(new Gspo(0.1, 0.2, none()), "clip_ratio_high")).isEqualTo(0.5);
    assertThat(term(new Gspo(0.1, 0.2, none()), "ratio"))
        .isCloseTo((1.5 + Math.cbrt(0.55)) / 2, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Gspo(0.1, -1, none()))
        .hasMessage("gspo.epsilon_high must be >= 0, was -1");
  }
}
