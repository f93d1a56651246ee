package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two classes with logits (0, ln 3) have probabilities (1/4, 3/4). */
class CrossEntropyTest {
  private static final float LN3 = (float) Math.log(3);
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor rows(float... values) {
    return Ops.floats(values, Compute.CPU).view(-1, 2);
  }

  private static Tensor targets(long... targets) {
    return Ops.longs(targets, Compute.CPU);
  }

  private static double loss(CrossEntropy loss, Tensor logits, Tensor targets, double count) {
    return loss.of(logits, targets, count).total().item_double();
  }

  @Test
  void sumsOverTargetsAndDividesByThoseOfTheStep() {
    // -ln 1/4 - ln 3/4 = ln 16/3, of a step of 4 targets
    double found = loss(new CrossEntropy(), rows(0, LN3, 0, LN3), targets(0, 1), 4);
    assertThat(found).isCloseTo(Math.log(16 / 3.0) / 4, within(1e-6));
  }

  @Test
  void partsOfAStepAddUp() {
    Tensor all = rows(0, LN3, 1, -2, 0.5f, 0.25f);
    double whole = loss(new CrossEntropy(), all, targets(0, 1, 1), 3);
    double first = loss(new CrossEntropy(), all.narrow(0, 0, 1), targets(0), 3);
    double rest = loss(new CrossEntropy(), all.narrow(0, 1, 2), targets(1, 1), 3);
    assertThat(first + rest).isCloseTo(whole, within(1e-6));
  }

  @Test
  void itsGradientIsProbabilityMinusTarget() {
    // (p - one-hot) / 2 = ((1/4, 3/4) - (0, 1)) / 2
    Tensor logits = rows(0, LN3).set_requires_grad(true);
    new CrossEntropy().of(logits, targets(1), 2).total().backward();
    float[] gradient = Ops.toFloats(logits.grad());
    assertThat(gradient).containsExactly(new float[] {0.125f, -0.125f}, within(1e-6f));
  }

  @Test
  void labelSmoothingSpreadsAShareEvenly() {
    // 0.8 of the target's -ln 3/4, and 0.2 of the mean of -ln 1/4 and -ln 3/4
    double own = -Math.log(0.75);
    double mean = (-Math.log(0.25) - Math.log(0.75)) / 2;
    assertThat(loss(new CrossEntropy(0.2), rows(0, LN3), targets(1), 1))
        .isCloseTo(0.8 * own + 0.2 * mean, within(1e-6));
  }

  @Test
  void standsHugeLogits() {
    // ln(e^1000 + e^0) - 0 = 1000
    assertThat(loss(new CrossEntropy(), rows(1000, 0), targets(1), 1)).isEqualTo(1000);
  }
}
