package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class CustomGradientTest {
  private static Tensor random(long seed, long... shape) {
    torch.manual_seed(seed);
    return torch.randn(shape, Compute.CPU.options(ScalarType.Float));
  }

  /** y = x W^T with W held elsewhere: its gradient is dL/dy W, in every place of a chain. */
  private static Tensor map(Tensor x, Tensor w) {
    return CustomGradient.of(x, a -> torch.linear(a, w), g -> g.mm(w));
  }

  @Test
  void aChainHasTheGradientsThatAutogradFinds() {
    try (Scope scope = new Scope()) {
      Tensor w1 = random(1, 5, 3);
      Tensor w2 = random(2, 4, 5);
      Tensor x = random(3, 6, 3).set_requires_grad(true);
      Tensor plain = torch.linear(torch.linear(x, w1).tanh(), w2).square().sum();
      plain.backward();
      Tensor expected = new Tensor(x.grad()).clone();
      x.mutable_grad().reset();
      Tensor ours = map(map(x, w1).tanh(), w2).square().sum();
      ours.backward();
      assertThat(ours.item_float()).isEqualTo(plain.item_float());
      assertThat(Ops.toFloats(x.grad())).containsExactly(Ops.toFloats(expected));
    }
  }

  @Test
  void theBackwardPassReachesWeightsWhereTheInputNeedsNoGradient() {
    try (Scope scope = new Scope()) {
      Tensor x = random(4, 2, 3);
      Tensor[] seen = new Tensor[1];
      Tensor y =
          CustomGradient.of(
              x,
              a -> a.mul(new Scalar(2.0)),
              g -> {
                seen[0] = g.clone();
                seen[0].retainReference();
                return g;
              });
      y.mul(new Scalar(3.0)).sum().backward();
      // d(3 y)/dy = 3 everywhere
      assertThat(Ops.toFloats(seen[0])).containsOnly(3f).hasSize(6);
      Scope.free(seen[0]);
      assertThat(x.requires_grad()).isFalse();
    }
  }

  @Test
  void whereNothingIsRecordedTheForwardPassIsAll() {
    try (Scope scope = new Scope();
        var off = Ops.noGrad()) {
      Tensor x = random(5, 2, 3);
      Tensor y = CustomGradient.of(x, a -> a.mul(new Scalar(2.0)), g -> g);
      assertThat(y.requires_grad()).isFalse();
    }
  }

  @Test
  void aResultMayBeChangedInPlaceAfterwards() {
    try (Scope scope = new Scope()) {
      Tensor w = random(6, 4, 3);
      Tensor x = random(7, 2, 3).set_requires_grad(true);
      Tensor y = map(x, w);
      y.add_(random(8, 2, 4).set_requires_grad(true));
      y.sum().backward();
      // d sum/dx = the sum of W's rows, for each row of x
      assertThat(Ops.toFloats(x.grad())).containsExactly(Ops.toFloats(torch.ones(2, 4).mm(w)));
    }
  }

  /** A GPU's backward pass runs on a thread of libtorch, on which no scope is open. */
  @Test
  void aBackwardPassOnAThreadWithoutScopesLeavesNothingBehind() throws InterruptedException {
    Tensor[] seen = new Tensor[1];
    try (Scope scope = new Scope()) {
      Tensor x = random(9, 4, 3).set_requires_grad(true);
      Tensor y =
          CustomGradient.of(
              x,
              a -> a.mul(new Scalar(2.0)),
              g -> {
                seen[0] = g;
                g.retainReference();
                return g.mul(new Scalar(2.0));
              });
      Tensor loss = y.square().sum();
      Thread other = new Thread(() -> loss.backward());
      other.start();
      other.join();
    }
    assertThat(seen[0].use_count()).isEqualTo(1); // our own
    Scope.free(seen[0]);
  }
}
