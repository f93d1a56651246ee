package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Noise Contrastive Alignment. */
class NcaPairTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** r_w = 0.5 * -1, r_l = 0.5 * -3. */
  @Test
  void byHand() {
    double expected = logistic(-0.5) + 0.5 * logistic(0.5) + 0.5 * logistic(1.5);
    assertThat(loss(new NcaPair(0.5), -1, -3)).isCloseTo(expected, within(1e-12));
  }

  /** The chosen answer is drawn to a likelihood, whatever the other does: sigmoid(r_w) = 2/3. */
  @Test
  void theChosenAnswerHasATarget() {
    Tensor x = doubles(Math.log(2)).set_requires_grad(true);
    new NcaPair(1).of(new PairLogps(answers(x, 1), answers(doubles(-7), 1))).sum().backward();
    assertThat(x.grad().item_double()).isCloseTo(0, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new NcaPair(0))
        .isInstanceOf(UserError.class)
        .hasMessage("nca_pair.beta must be > 0, was 0");
  }
}
