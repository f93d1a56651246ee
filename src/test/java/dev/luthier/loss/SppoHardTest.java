package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.loss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Self-Play Preference Optimization. */
class SppoHardTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** (-1 - 1)^2 + (-3 + 1)^2 = 8 with beta 1/2. */
  @Test
  void byHand() {
    assertThat(loss(new SppoHard(0.5), -1, -3)).isCloseTo(8, within(1e-12));
  }

  /** Soft labels: each answer's own target, +-(p - 1/2) / beta = +-0.6 for p = 0.8, beta 1/2. */
  @Test
  void softLabelsAreThePapersProbability() {
    Tensor x = doubles(0.6, -0.6).set_requires_grad(true);
    PairLogps pairs = new PairLogps(answers(x.narrow(0, 0, 1), 1), answers(x.narrow(0, 1, 1), 1));
    new SppoHard(0.5).of(pairs, PairLabels.soft(doubles(0.8))).sum().backward();
    assertThat(x.grad().abs().max().item_double()).isCloseTo(0, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new SppoHard(0))
        .isInstanceOf(UserError.class)
        .hasMessage("sppo_hard.beta must be > 0, was 0");
  }
}
