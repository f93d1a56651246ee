package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Generalised advantages. */
class GaeTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Segments TWO = Segments.ofLengths(Compute.CPU, 2, 1);

  /**
   * gamma 0.5, lambda 0.5, rewards 1, 2 | 4, values 3, 1 | 5: delta_2 = 2 - 1 = 1, delta_1 = 1 +
   * 0.5 - 3 = -1.5, A_1 = -1.5 + 0.25; the other answer: 4 - 5.
   */
  @Test
  void byHand() {
    Gae.Estimated e = new Gae(0.5, 0.5).of(doubles(1, 2, 4), doubles(3, 1, 5), TWO);
    assertThat(values(e.advantages())).containsExactly(-1.25, 1, -1);
    assertThat(values(e.returns())).containsExactly(1.75, 2, 4);
  }

  /** lambda 1: returns are the discounted rewards, whatever the values. */
  @Test
  void withLambdaOneValuesAreABaselineOnly() {
    Gae.Estimated e = new Gae(0.5, 1).of(doubles(1, 2, 4), doubles(3, 1, 5), TWO);
    assertThat(values(e.returns())).containsExactly(2, 2, 4);
  }

  /** lambda 0: the error of one step. */
  @Test
  void withLambdaZeroItIsOneStep() {
    Gae.Estimated e = new Gae(0.5, 0).of(doubles(1, 2, 4), doubles(3, 1, 5), TWO);
    assertThat(values(e.advantages())).containsExactly(-1.5, 1, -1);
  }

  /** Where the values are the returns already nothing is better than expected. */
  @Test
  void rightValuesLeaveNoAdvantage() {
    Gae.Estimated e = new Gae(1, 0.9).of(doubles(0, 2, 4), doubles(2, 2, 4), TWO);
    assertThat(values(e.advantages())).containsOnly(0);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Gae(1.5, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("gae.gamma must be from 0 to 1, was 1.5");
    assertThatThrownBy(() -> new Gae(1, -1)).hasMessage("gae.lambda must be from 0 to 1, was -1");
  }
}
