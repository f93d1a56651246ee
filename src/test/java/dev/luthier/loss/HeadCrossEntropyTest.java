package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.PlainKernels;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadCrossEntropyTest {
  /** Whatever the chunk, loss and gradient are those of all scores at once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 3, 7, 100, Long.MAX_VALUE})
  void equalsTheLossOfAllScores(long tokens) {
    try (Scope scope = new Scope()) {
      torch.manual_seed(4);
      var options = Compute.CPU.options(ScalarType.Float);
      Tensor matrix = torch.randn(new long[] {11, 5}, options); // (V, H)
      Tensor hidden = torch.randn(new long[] {7, 5}, options).set_requires_grad(true);
      Tensor targets = Ops.longs(new long[] {0, 10, 3, 3, 7, 1, 9}, Compute.CPU);
      Tensor plain =
          new CrossEntropy().of(hidden.mm(matrix.t()), targets, 14).total().mul(new Scalar(3.0));
      plain.backward();
      float[] expected = Ops.toFloats(hidden.grad());
      hidden.mutable_grad().reset();
      Tensor ours =
          new HeadCrossEntropy(matrix, tokens, new PlainKernels())
              .of(hidden, targets, 14)
              .total()
              .mul(new Scalar(3.0));
      ours.backward();
      assertThat(ours.item_float()).isCloseTo(plain.item_float(), within(1e-6f));
      assertThat(Ops.toFloats(hidden.grad()))
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(expected);
    }
  }
}
