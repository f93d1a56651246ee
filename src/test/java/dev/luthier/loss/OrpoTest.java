package dev.luthier.loss;

import static dev.luthier.loss.PairExample.floats;
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

/** The odds ratio. */
class OrpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /**
   * Answers of 2 and 4 tokens with p = 1/2 (log-probability 2 ln 1/2) and p = 1/4 (4 ln 1/4): odds
   * 1 and 1/3, so L_OR = log(1 + 1/3) = ln 4/3 and L_SFT = ln 2.
   */
  @Test
  void byHand() {
    double chosen = 2 * Math.log(0.5);
    double rejected = 4 * Math.log(0.25);
    assertThat(new Orpo(0.1).oddsRatio(pair(chosen, rejected)).item_double())
        .isCloseTo(Math.log(4 / 3.0), within(1e-12));
    assertThat(loss(new Orpo(0.1), chosen, rejected))
        .isCloseTo(Math.log(2) + 0.1 * Math.log(4 / 3.0), within(1e-12));
  }

  @Test
  void equallyLikelyAnswersAreLn2() {
    assertThat(new Orpo(1).oddsRatio(pair(-2, -4)).item_double())
        .isCloseTo(Math.log(2), within(1e-12));
  }

  /** In float32 an answer of probability 1 has finite odds and no gradient that is none. */
  @Test
  void certainty() {
    Tensor x = floats(0).set_requires_grad(true);
    Orpo orpo = new Orpo(0.1);
    Tensor loss = orpo.of(new PairLogps(new Logps(x, floats(3)), new Logps(floats(-3), floats(3))));
    loss.sum().backward();
    assertThat(loss.item_double()).isBetween(0.0, 1e-5);
    assertThat(x.grad().item_double()).isFinite();
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Orpo(0))
        .isInstanceOf(UserError.class)
        .hasMessage("orpo.lambda must be > 0, was 0");
  }
}
