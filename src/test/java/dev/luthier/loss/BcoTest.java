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

/** Binary Classifier Optimization. */
class BcoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** h = 3, h_0 = 1, beta 0.5: u = 1. */
  @Test
  void byHand() {
    Bco bco = new Bco(0.5, 1, 2);
    Logps one = answers(doubles(3), 2);
    assertThat(bco.of(one, doubles(1), doubles(1)).item_double())
        .isCloseTo(logistic(1), within(1e-12));
    assertThat(bco.of(one, doubles(0), doubles(1)).item_double())
        .isCloseTo(2 * logistic(-1), within(1e-12));
  }

  /** With the origin at 0 the two answers of a pair cost what bco_pair does. */
  @Test
  void twoAnswersAreAPair() {
    Tensor both = new Bco(0.5, 1, 1).of(answers(doubles(-1, -3), 2), doubles(1, 0), doubles(0));
    assertThat(both.sum().item_double()).isCloseTo(loss(new BcoPair(0.5), -1, -3), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Bco(0, 1, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("bco.beta must be > 0, was 0");
  }
}
