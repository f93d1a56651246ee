package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Identity Preference Optimisation. */
class IpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Whole answers: (2 - 1 / (2 * 0.5))^2 = 1; per token: (-1 / 2 + 3 / 4 - 1)^2 = 9 / 16. */
  @Test
  void byHand() {
    assertThat(loss(new Ipo(0.5, Per.ANSWER), -1, -3)).isCloseTo(1, within(1e-12));
    assertThat(loss(new Ipo(0.5, Per.TOKEN), -1, -3)).isCloseTo(9 / 16.0, within(1e-12));
  }

  /** The margin of log-ratios has a target: 1 / (2 beta) = 5. */
  @Test
  void theTargetIsTheOptimum() {
    assertThat(loss(new Ipo(0.1, Per.ANSWER), 5, 0)).isCloseTo(0, within(1e-12));
    assertThat(loss(new Ipo(0.1, Per.ANSWER), 7, 0)).isCloseTo(4, within(1e-12));
  }

  /** A margin of 0.3 moves it to (1/2 + 0.3) / 0.1 = 8. */
  @Test
  void marginMovesTheTarget() {
    assertThat(new Ipo(0.1, Per.ANSWER).of(pair(8, 0), PairLabels.by(doubles(0.3))).item_double())
        .isCloseTo(0, within(1e-12));
  }

  /** Soft labels: least at (2 p - 1) / (2 beta) = 0.6 / 0.2 = 3. */
  @Test
  void softLabelsMoveTheTarget() {
    Tensor x = doubles(3).set_requires_grad(true);
    PairLogps pairs = new PairLogps(answers(x, 1), answers(doubles(0), 1));
    new Ipo(0.1, Per.ANSWER).of(pairs, PairLabels.soft(doubles(0.8))).sum().backward();
    assertThat(x.grad().item_double()).isCloseTo(0, within(1e-9));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Ipo(0, Per.TOKEN))
        .isInstanceOf(UserError.class)
        .hasMessage("ipo.beta must be > 0, was 0");
  }
}
