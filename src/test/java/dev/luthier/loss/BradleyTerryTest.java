package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reward models of pairs. */
class BradleyTerryTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** r 2 and 1: log(1 + e^-1) + 0.1 * 9; with a margin of 1 ln 2. */
  @Test
  void byHand() {
    Loss loss = new BradleyTerry(0.1).of(doubles(2), doubles(1), PairLabels.PLAIN, 1);
    assertThat(loss.total().item_double()).isCloseTo(logistic(1) + 0.9, within(1e-12));
    assertThat(term(loss, "accuracy")).isEqualTo(1);
    assertThat(term(loss, "margin")).isEqualTo(1);
    assertThat(term(loss, "reward_chosen")).isEqualTo(2);
    assertThat(term(loss, "reward_rejected")).isEqualTo(1);
    Loss margin = new BradleyTerry(0).of(doubles(2), doubles(1), PairLabels.by(doubles(1)), 1);
    assertThat(margin.total().item_double()).isCloseTo(Math.log(2), within(1e-12));
  }

  /** A soft label of 0.8 is least at a difference of ln 4. */
  @Test
  void softLabels() {
    Tensor x = doubles(Math.log(4)).set_requires_grad(true);
    new BradleyTerry(0).of(x, doubles(0), PairLabels.soft(doubles(0.8)), 1).total().backward();
    assertThat(x.grad().item_double()).isCloseTo(0, within(1e-12));
  }

  /** Two heads: each has its own pair. */
  @Test
  void severalHeads() {
    Loss loss =
        new BradleyTerry(0)
            .of(doubles(2, 1).view(1, 2), doubles(1, 3).view(1, 2), PairLabels.PLAIN, 2);
    assertThat(loss.total().item_double())
        .isCloseTo((logistic(1) + logistic(-2)) / 2, within(1e-12));
    assertThat(term(loss, "accuracy")).isEqualTo(0.5);
  }

  /** A constant on both rewards counts nothing but in the centring. */
  @Test
  void constants() {
    double there =
        new BradleyTerry(0).of(doubles(2), doubles(1), PairLabels.PLAIN, 1).total().item_double();
    double moved =
        new BradleyTerry(0).of(doubles(9), doubles(8), PairLabels.PLAIN, 1).total().item_double();
    assertThat(moved).isCloseTo(there, within(1e-12));
    gradientIsThatOfDifferences(
        x -> new BradleyTerry(0.1).of(x, doubles(0.3, -0.4), PairLabels.PLAIN, 2).total(),
        1.2,
        -0.7);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new BradleyTerry(-1))
        .isInstanceOf(UserError.class)
        .hasMessage("bradley_terry.centering must be >= 0, was -1");
  }
}
