package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.model.Dense;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoraTest {
  private final Scope scope = new Scope();
  private final Dropout dropout = new Dropout();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Parameter weight(String name, long rows, float... values) {
    Tensor flat = Ops.floats(values, Compute.CPU);
    return new Parameter(name, flat.reshape(rows, values.length / rows));
  }

  private final Dense base =
      new Dense(
          weight("w", 2, 3, 4, 0, 2),
          new Parameter("b", Ops.floats(new float[] {10, 20}, Compute.CPU)));
  private final Factors factors =
      new Factors(weight("a", 1, 1, 0), weight("b", 2, 0, 0), 1); // A = [1 0], B = 0, s = 1
  private final Dora.Lengths lengths = Dora.Lengths.of(base::matrix, "p", factors);

  private float[] apply(double rate, float... x) {
    Tensor rows = Ops.floats(x, Compute.CPU).view(1, -1);
    return Ops.toFloats(new Dora.DoraDense(base, factors, lengths, rate, dropout).apply(rows));
  }

  private void up(float... values) {
    try (AutoGradMode off = Ops.noGrad()) {
      factors.up().value().copy_(Ops.floats(values, Compute.CPU).view(2, 1));
    }
  }

  @Test
  void magnitudesBeginAtTheLengthsOfTheRows() {
    // |(3, 4)| = 5, |(0, 2)| = 2
    assertThat(Ops.toFloats(lengths.magnitude().value())).containsExactly(5, 2);
    assertThat(apply(0, 1, 1)).containsExactly(17, 22); // W x + b
  }

  @Test
  void onlyTheDirectionOfTheSumCounts() {
    up(1, 0); // W + B A = [[4, 4], [0, 2]], whose lengths are sqrt(32) and 2
    float first = (float) (5 / Math.sqrt(32) * 8);
    assertThat(apply(0, 1, 1)[0]).isCloseTo(first + 10, within(1e-5f)); // the bias is not scaled
    assertThat(apply(0, 1, 1)[1]).isEqualTo(22);
    up(3, 0); // [[6, 4], ...], of length sqrt(52)
    assertThat(apply(0, 1, 1)[0]).isCloseTo((float) (5 / Math.sqrt(52) * 10) + 10, within(1e-5f));
  }

  @Test
  void mergedIsTheFormula() {
    up(1, 0);
    Tensor merged = new Dora.DoraDense(base, factors, lengths, 0, dropout).merged().matrix();
    float unit = (float) (5 / Math.sqrt(2)); // 5 / sqrt(32) times 4
    assertThat(Ops.toFloats(merged)[0]).isCloseTo(unit, within(1e-5f));
    assertThat(Ops.toFloats(merged)[1]).isCloseTo(unit, within(1e-5f));
  }

  /** Section 4.3: the length in the denominator is a constant for the gradient. */
  @Test
  void noGradientGoesThroughTheLength() {
    up(1, 0);
    factors.up().trainable(true);
    Tensor x = Ops.floats(new float[] {1, 1}, Compute.CPU).view(1, -1);
    new Dora.DoraDense(base, factors, lengths, 0, dropout).apply(x).sum().backward();
    // d y / d B = (m / n) s A x = 5 / sqrt(32) for the first row, 2 / 2 for the second
    float[] gradient = Ops.toFloats(factors.up().value().grad());
    assertThat(gradient[0]).isCloseTo((float) (5 / Math.sqrt(32)), within(1e-5f));
    assertThat(gradient[1]).isCloseTo(1, within(1e-5f));
  }

  @Test
  void withDropoutTheLoadedMapAloneIsWhole() {
    dropout.training(true);
    // At the start m / n = 1, so that what is dropped has no weight.
    assertThat(apply(0.9, 1, 1)).containsExactly(17, 22);
    up(1, 0);
    Tensor rows = torch.ones(64, 2); // all of them dropped has a chance of 1 / 4^64
    Tensor some = new Dora.DoraDense(base, factors, lengths, 0.5, dropout).apply(rows);
    assertThat(some.select(1, 0).ne(Ops.scalar(17)).any().item_bool()).isTrue();
    dropout.training(false);
    assertThat(apply(0.9, 1, 1)).containsExactly(apply(0, 1, 1));
  }

  @Test
  void aRowOfZerosStaysOne() {
    Dense zero = new Dense(weight("w", 1, 0, 0), null);
    Factors none = new Factors(weight("a", 1, 1, 0), weight("b", 1, 0), 1);
    Dora.Lengths of = Dora.Lengths.of(zero::matrix, "p", none);
    Tensor x = Ops.floats(new float[] {1, 1}, Compute.CPU).view(1, -1);
    assertThat(Ops.toFloats(new Dora.DoraDense(zero, none, of, 0, dropout).apply(x)))
        .containsExactly(0);
  }
}
