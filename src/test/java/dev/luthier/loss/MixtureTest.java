package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** MPO: 0.8 DPO + 0.2 BCO + NLL. */
class MixtureTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Mixture MPO =
      new Mixture(List.of(new Dpo(0.5), new BcoPair(0.5), new Nll()), List.of(0.8, 0.2, 1.0));

  @Test
  void isTheWeightedSum() {
    double expected = 0.8 * loss(new Dpo(0.5), -1, -3) + 0.2 * loss(new BcoPair(0.5), -1, -3) + 0.5;
    assertThat(loss(MPO, -1, -3)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void oneOfWeightOneIsItself() {
    PairLoss alone = new Mixture(List.of(new Hinge(0.1)), List.of(1.0));
    assertThat(loss(alone, -1, -3)).isEqualTo(loss(new Hinge(0.1), -1, -3));
  }

  /** The margin goes to DPO alone: u = 1 - 0.5. */
  @Test
  void marginsGoWhereTheyHaveAPlace() {
    double expected = 0.8 * logistic(0.5) + 0.2 * loss(new BcoPair(0.5), -1, -3) + 0.5;
    assertThat(MPO.of(pair(-1, -3), PairLabels.by(doubles(0.5))).item_double())
        .isCloseTo(expected, within(1e-12));
  }

  @Test
  void isWhatItsPartsAre() {
    assertThat(MPO.reference()).isTrue();
    assertThat(MPO.takesProbabilities()).isTrue();
    assertThat(MPO.wholeStep()).isFalse();
    Mixture other = new Mixture(List.of(new Aot(0.1, 0), new Nll()), List.of(1.0, 1.0));
    assertThat(other.takesProbabilities()).isFalse();
    assertThat(other.takesMargins()).isFalse();
    assertThat(other.wholeStep()).isTrue();
    assertThat(new Mixture(List.of(new Nll()), List.of(1.0)).reference()).isFalse();
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Mixture(List.of(new Nll()), List.of(1.0, 2.0)))
        .isInstanceOf(UserError.class)
        .hasMessage("mixture.weights must be one for each of mixture.losses, was 2 for 1");
    assertThatThrownBy(() -> new Mixture(List.of(), List.of()))
        .isInstanceOf(UserError.class)
        .hasMessage("mixture.losses must name a loss, was empty");
    assertThatThrownBy(() -> new Mixture(List.of(new Nll()), List.of(0.0)))
        .isInstanceOf(UserError.class)
        .hasMessage("mixture.weights must be > 0, was 0");
    Mixture orders = new Mixture(List.of(new ApoZero(0.1), new Nll()), List.of(1.0, 1.0));
    assertThatThrownBy(() -> orders.of(pair(-1, -3), PairLabels.by(doubles(1))))
        .hasMessageStartingWith("mixture has no place for the margins");
  }
}
