package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeanSquaredErrorTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor column(float... values) {
    return Ops.floats(values, Compute.CPU).view(-1, 1);
  }

  private static double loss(Tensor predictions, Tensor targets, double cells) {
    return new MeanSquaredError().of(predictions, targets, cells).total().item_double();
  }

  @Test
  void sumsSquaresAndDividesByTheCellsOfTheStep() {
    // (1 - 3)^2 + (0.5 - 0)^2 = 4.25, of a step of 4 cells
    assertThat(loss(column(1, 0.5f), column(3, 0), 4)).isEqualTo(1.0625);
  }

  @Test
  void partsOfAStepAddUp() {
    double whole = loss(column(1, 2, 3), column(0, 0, 5), 3);
    double parts = loss(column(1), column(0), 3) + loss(column(2, 3), column(0, 5), 3);
    assertThat(parts).isCloseTo(whole, within(1e-6));
  }

  @Test
  void itsGradientIsTwiceTheDistance() {
    // 2 (1 - 3) / 2, 2 (0.5 - 0) / 2
    Tensor predictions = column(1, 0.5f).set_requires_grad(true);
    new MeanSquaredError().of(predictions, column(3, 0), 2).total().backward();
    assertThat(Ops.toFloats(predictions.grad())).containsExactly(-2, 0.5f);
  }
}
