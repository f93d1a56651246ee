package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class OpsTest {
  @Test
  void copiesInRowMajorOrderWhateverTheLayout() {
    try (Scope scope = new Scope()) {
      Tensor t = Ops.floats(new float[] {1, 2, 3, 4, 5, 6}, Compute.CPU).view(2, 3);
      assertThat(Ops.toFloats(t.t())).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(Ops.toLongs(t.t().to(ScalarType.Int))).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(Ops.shape(t.t())).containsExactly(3, 2);
      assertThat(Ops.toFloats(t.narrow(0, 0, 0))).isEmpty();
      assertThat(Ops.toFloats(t.to(ScalarType.BFloat16))).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(Ops.shape(Ops.cat(1, t, t))).containsExactly(2, 6);
    }
  }

  @Test
  void withoutGradientNothingIsRecordedAndAfterwardsItIs() {
    try (Scope scope = new Scope()) {
      Tensor w = Ops.floats(new float[] {1}, Compute.CPU).set_requires_grad(true);
      try (AutoGradMode off = Ops.noGrad()) {
        assertThat(w.mul(w).requires_grad()).isFalse();
      }
      assertThat(w.mul(w).requires_grad()).isTrue();
    }
  }
}
