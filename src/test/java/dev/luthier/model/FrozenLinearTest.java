package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.quant.Halved;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.PeakMemory;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrozenLinearTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor random(long seed, long... shape) {
    torch.manual_seed(seed);
    return torch.randn(shape, Compute.CPU.options(ScalarType.Float));
  }

  private static Packed halved(Tensor t) {
    return new Halved(t.to(ScalarType.BFloat16));
  }

  private static Parameter packed(Tensor t) {
    return Parameter.packed("w", halved(t), ScalarType.Float);
  }

  private static Parameter plain(Tensor t) {
    return new Parameter("w", t.to(ScalarType.BFloat16).to(ScalarType.Float));
  }

  /** The values and dL/dx of L = sum (map(x)^2), times itself so that dL/dy is not constant. */
  private static float[][] run(Linear map, Tensor x) {
    Tensor own = x.clone().set_requires_grad(true);
    Tensor y = map.apply(own);
    y.square().sum().backward();
    return new float[][] {Ops.toFloats(y), Ops.toFloats(own.grad())};
  }

  private static void equal(Linear frozen, Linear plain, Tensor x) {
    assertThat(frozen).isInstanceOf(FrozenLinear.class);
    float[][] a = run(frozen, x);
    float[][] b = run(plain, x);
    assertThat(a[0]).containsExactly(b[0]);
    assertThat(a[1]).containsExactly(b[1]);
    try (AutoGradMode off = Ops.noGrad()) {
      assertThat(Ops.toFloats(frozen.apply(x))).containsExactly(b[0]);
    }
    assertThat(frozen.in()).isEqualTo(plain.in());
    assertThat(frozen.out()).isEqualTo(plain.out());
    assertThat(Ops.toFloats(frozen.matrix())).containsExactly(Ops.toFloats(plain.matrix()));
  }

  @Test
  void valuesAndGradientsAreThoseOfTheUnpackedMapToTheBit() {
    Tensor w = random(1, 6, 4);
    Tensor b = random(2, 6);
    Tensor x = random(3, 5, 4);
    equal(FrozenLinear.over(new Dense(packed(w), null)), new Dense(plain(w), null), x);
    Parameter bias = new Parameter("b", b);
    equal(FrozenLinear.over(new Dense(packed(w), bias)), new Dense(plain(w), bias), x);
    Parameter turned =
        Parameter.packed("w", new Turned(halved(w)), ScalarType.Float); // (in, out) of (out, in)
    assertThat(turned.shape()).containsExactly(4, 6);
    equal(
        FrozenLinear.over(new Conv1d(turned, bias)),
        new Conv1d(new Parameter("w", plain(w).value().t()), bias),
        x);
  }

  @Test
  void aBiasThatLearnsGetsItsGradient() {
    Tensor w = random(4, 3, 2);
    Parameter bias = new Parameter("b", random(5, 3));
    bias.trainable(true);
    Linear map = FrozenLinear.over(new Dense(packed(w), bias));
    map.apply(random(6, 7, 2)).sum().backward();
    // d sum / db = 1 for each of the seven rows
    assertThat(Ops.toFloats(bias.value().grad())).containsExactly(7, 7, 7);
    try (AutoGradMode off = Ops.noGrad()) {
      assertThat(map.weight().trainable()).isFalse();
    }
  }

  @Test
  void alargeHeadIsUnpackedByRunsOfRows() {
    Tensor w = random(7, 9000, 4096); // 36.9 million values: three runs of at most 2^24
    Packed packed = halved(w);
    assertThat(packed.pieces()).isEqualTo(3);
    assertThat(packed.bytes()).isEqualTo(2L * 9000 * 4096);
    Linear frozen =
        FrozenLinear.over(new Dense(Parameter.packed("w", packed, ScalarType.Float), null));
    Tensor x = random(8, 3, 4096);
    float[][] a = run(frozen, x);
    float[][] b = run(new Dense(plain(w), null), x);
    for (int i = 0; i < 2; i++) {
      Tensor away = Ops.floats(a[i], Compute.CPU).sub(Ops.floats(b[i], Compute.CPU));
      double size = Ops.floats(b[i], Compute.CPU).abs().max().item_double();
      assertThat(away.abs().max().item_double()).isLessThan(1e-5 * size);
    }
  }

  @Test
  void aTableGivesItsRows() {
    Tensor w = random(9, 5, 3);
    Tensor ids = Ops.longs(new long[] {4, 0, 4}, Compute.CPU);
    assertThat(Ops.toFloats(new Lookup(packed(w), -1).apply(ids)))
        .containsExactly(Ops.toFloats(new Lookup(plain(w), -1).apply(ids)));
  }

  @Test
  void noUnpackedWeightIsKeptForTheBackwardPass() {
    int layers = 12;
    long width = 1536; // unpacked: 9.4 MB each, 113 MB together
    Tensor w = random(10, width, width).mul(Ops.scalar(1 / Math.sqrt(width)));
    Linear map = FrozenLinear.over(new Dense(packed(w), null));
    Tensor x = random(11, 4, width).set_requires_grad(true);
    step(map, x, 1);
    long before = PeakMemory.resident();
    Tensor y = x;
    for (int i = 0; i < layers; i++) {
      y = map.apply(y);
    }
    assertThat(PeakMemory.resident() - before).isLessThan(60L << 20);
    y.sum().backward();
  }

  private static void step(Linear map, Tensor x, int times) {
    Tensor y = x;
    for (int i = 0; i < times; i++) {
      y = map.apply(y);
    }
    y.sum().backward();
  }

  @Test
  void aPackedWeightRefusesToTrain() {
    Parameter p = packed(random(12, 2, 2));
    p.trainable(false);
    assertThat(p.trainable()).isFalse();
    assertThat(p.count()).isEqualTo(4);
    assertThat(p.bytes()).isEqualTo(8);
    assertThat(p.toString()).isEqualTo("w[2, 2]");
    assertThatThrownBy(() -> p.trainable(true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("w is quantised, so it cannot train; use lora");
    p.close();
  }

  @Test
  void aRewrittenBiasLeavesTheWeightPacked() {
    Tensor w = random(13, 3, 2);
    Parameter bias = new Parameter("b", random(14, 3));
    Linear map = FrozenLinear.over(new Dense(packed(w), bias));
    Parameter other = Parameter.derived("b", () -> bias.value().neg());
    Linear negated = map.rewritten(p -> p == bias ? other : p);
    assertThat(negated).isInstanceOf(FrozenLinear.class);
    Linear sum = map.rewritten(p -> p == bias ? p : Parameter.derived("w", () -> p.value().neg()));
    assertThat(sum).isInstanceOf(Dense.class);
    assertThat(map.copy("c").weight().packed()).isNull();
  }
}
