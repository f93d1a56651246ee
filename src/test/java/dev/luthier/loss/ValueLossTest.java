package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the value model learns. */
class ValueLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final StepSize STEP = new StepSize(1, 2, 5);

  /**
   * Old values 0, returns 1, range 0.2. A value of 0.5 is held at 0.2: 0.8^2 > 0.5^2; one of -0.1
   * is free: 1.1^2. (0.64 + 1.21) / 4, half of them clipped; the clipped one has no gradient.
   */
  @Test
  void byHand() {
    Tensor values = doubles(0.5, -0.1).set_requires_grad(true);
    Loss loss = new ValueLoss(Optional.of(0.2), 0.1).of(values, doubles(0, 0), doubles(1, 1), STEP);
    assertThat(loss.total().item_double()).isCloseTo(0.1 * 1.85 / 4, within(1e-12));
    assertThat(PairExample.term(loss, "vf_loss")).isCloseTo(1.85 / 4, within(1e-12));
    assertThat(PairExample.term(loss, "vf_clip_ratio")).isEqualTo(0.5);
    loss.total().backward();
    assertThat(values(values.grad()))
        .containsExactly(new double[] {0, 0.1 * -1.1 / 2}, within(1e-12));
  }

  /** Without a range: (0.25 + 1.21) / 4. */
  @Test
  void withoutRange() {
    Loss loss = new ValueLoss(none(), 1).of(doubles(0.5, -0.1), doubles(0, 0), doubles(1, 1), STEP);
    assertThat(loss.total().item_double()).isCloseTo(1.46 / 4, within(1e-12));
    assertThat(PairExample.term(loss, "vf_clip_ratio")).isZero();
  }

  @Test
  void gradients() {
    gradientIsThatOfDifferences(
        x ->
            new ValueLoss(Optional.of(0.2), 0.5).of(x, doubles(0, 0), doubles(1, -1), STEP).total(),
        0.5,
        0.1);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new ValueLoss(Optional.of(0.0), 1))
        .isInstanceOf(UserError.class)
        .hasMessage("cliprange_value must be > 0, was 0");
    assertThatThrownBy(() -> new ValueLoss(none(), -1)).hasMessage("vf_coef must be >= 0, was -1");
  }
}
