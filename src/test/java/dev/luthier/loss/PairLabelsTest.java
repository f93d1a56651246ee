package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probabilities and margins of single pairs. */
class PairLabelsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void meanOverWhatRatersSay() {
    // 0.75 * 2 + 0.25 * 10 = 4
    Tensor mean = PairLabels.soft(doubles(0.75)).expected(doubles(2), () -> doubles(10));
    assertThat(mean.item_double()).isEqualTo(4);
  }

  @Test
  void certaintyNeedsNoOtherWayRound() {
    Tensor loss = doubles(2);
    Tensor same =
        PairLabels.PLAIN.expected(
            loss,
            () -> {
              throw new AssertionError("not asked for");
            });
    assertThat(same).isSameAs(loss);
  }

  @Test
  void marginIsTakenOff() {
    Tensor u = PairLabels.by(doubles(0.5)).beyondMargin(doubles(2));
    assertThat(u.item_double()).isEqualTo(1.5);
  }

  /**
   * A margin of 0 is half right; under p below 1/2 the other answer should lead; p = 1/2 is half.
   */
  @Test
  void agreement() {
    Tensor u = doubles(3, -3, 0, 3, 3);
    assertThat(values(PairLabels.PLAIN.agreement(u))).containsExactly(1, 0, 0.5, 1, 1);
    PairLabels soft = PairLabels.soft(doubles(0.9, 0.2, 1, 0.1, 0.5));
    assertThat(values(soft.agreement(u))).containsExactly(1, 1, 0.5, 0, 0.5);
  }

  @Test
  void refusals() {
    PairLabels both = new PairLabels(doubles(0.5), doubles(1));
    assertThatThrownBy(() -> both.refuseMargin("aot"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("aot has no place for the margins that the data gives");
    assertThatThrownBy(() -> both.refuseProbability("aot"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("aot has no place for soft labels");
    PairLabels.PLAIN.refuseMargin("aot");
    both.withoutMargin().refuseMargin("aot");
  }
}
