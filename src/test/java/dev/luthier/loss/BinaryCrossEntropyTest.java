package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A logit of ln 3 means a probability of 3/4. */
class BinaryCrossEntropyTest {
  private static final float LN3 = (float) Math.log(3);
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor row(float... values) {
    return Ops.floats(values, Compute.CPU).view(1, -1);
  }

  private static double loss(Tensor logits, Tensor targets, double cells) {
    return new BinaryCrossEntropy().of(logits, targets, cells).total().item_double();
  }

  @Test
  void everyLabelCountsByItself() {
    // right: -ln 3/4, wrong: -ln 1/4; of a step of 4 cells
    double expected = -(Math.log(0.75) + Math.log(0.25)) / 4;
    assertThat(loss(row(LN3, LN3), row(1, 0), 4)).isCloseTo(expected, within(1e-6));
  }

  @Test
  void partsOfAStepAddUp() {
    double whole = loss(row(LN3, 0, -2), row(1, 0, 0.5f), 3);
    double parts = loss(row(LN3), row(1), 3) + loss(row(0, -2), row(0, 0.5f), 3);
    assertThat(parts).isCloseTo(whole, within(1e-6));
  }

  @Test
  void itsGradientIsProbabilityMinusTarget() {
    // (3/4 - 1) / 2, (3/4 - 0) / 2
    Tensor logits = row(LN3, LN3).set_requires_grad(true);
    new BinaryCrossEntropy().of(logits, row(1, 0), 2).total().backward();
    assertThat(Ops.toFloats(logits.grad()))
        .containsExactly(new float[] {-0.125f, 0.375f}, within(1e-6f));
  }

  @Test
  void standsHugeLogits() {
    assertThat(loss(row(1000, -1000), row(0, 0), 1)).isEqualTo(1000);
  }
}
