package dev.luthier.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Ledger;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Two small computations say what a large one takes. Letters: N tokens, V choices. */
class ProbedTest {
  private static final int V = 30;

  private static Extent tokens(long n) {
    return new Extent(1, n, n, n - 1, 0, true);
  }

  /** -log softmax(x W^T) summed over the first choice, x (N, 20) frozen, W (30, 20) trains. */
  private static Tensor loss(Tensor w, long n) {
    Tensor x = torch.rand(new long[] {n, 20}); // 80 N bytes
    Tensor logits = torch.linear(x, w); // 120 N bytes
    Tensor first = torch.zeros(new long[] {n}, x.options()).to(torch.ScalarType.Long); // 8 + 4 N
    return torch.cross_entropy_loss(logits, first);
  }

  @Test
  void bytesAreThoseCountedByHand() {
    try (Scope scope = new Scope()) {
      Tensor w = torch.rand(new long[] {V, 20});
      w.set_requires_grad(true);
      Probed probed =
          Probed.of(tokens(5), () -> loss(w, 5), tokens(9), () -> loss(w, 9), List.of(w));
      StepMemory at = probed.at(tokens(1000));
      // logits and the log-softmax that the loss keeps: 2 x 1000 x 30 x 4
      assertThat(at.logits()).isEqualTo(240_000);
      // x, the targets before and after they became whole numbers, the loss itself
      assertThat(at.activations()).isEqualTo(80_000 + 4_000 + 8_000 + 4);
      // gradients of the log-softmax and of the logits at once, and one of the loss
      assertThat(at.backward()).isBetween(240_000L, 240_016L);
      // without gradients: of one block all of it, of four alike a quarter; and all scores
      assertThat(at.evaluation(1)).isEqualTo(92_004 + 240_000);
      assertThat(at.evaluation(4)).isEqualTo(23_001 + 240_000);
    }
  }

  @Test
  void aHiddenProductIsCountedOnlyWhereItIsNeededAgain() {
    try (Scope scope = new Scope()) {
      Tensor x = torch.rand(new long[] {50, 8});
      x.set_requires_grad(true);
      Tensor frozen = torch.rand(new long[] {8});
      Tensor trained = torch.rand(new long[] {8});
      trained.set_requires_grad(true);
      // silu(x) is seen here; silu keeps x, which was there
      assertThat(one(x, List.of(x), () -> torch.silu(x).sum()).activations())
          .isEqualTo(50 * 8 * 4 + 4);
      // y = x w: with a frozen w nothing is kept but y
      assertThat(one(x, List.of(x, frozen), () -> x.mul(frozen).sum()).activations())
          .isEqualTo(50 * 8 * 4 + 4);
      assertThat(one(x, List.of(x, trained), () -> x.mul(trained).sum()).activations())
          .isEqualTo(50 * 8 * 4 + 4);
    }
  }

  private static StepMemory one(
      Tensor x, List<Tensor> known, java.util.function.Supplier<Tensor> loss) {
    Extent extent = tokens(x.size(0));
    return Probe.of(extent, known, loss).memory();
  }

  @Test
  void whatANestedScopeFreesIsNotHeld() {
    try (Scope scope = new Scope()) {
      Tensor x = torch.rand(new long[] {100});
      x.set_requires_grad(true);
      StepMemory held =
          one(
              x,
              List.of(x),
              () -> {
                Tensor sum;
                try (Scope inner = new Scope()) {
                  // 400 bytes each: the first is needed by nobody, the second by the square
                  Tensor moved = x.add(new Scalar(1));
                  sum = inner.keep(moved.add(new Scalar(1)).square().sum());
                }
                return sum;
              });
      assertThat(held.activations()).isEqualTo(400 + 4);
      assertThat(held.backward()).isBetween(400L, 1700L);
    }
  }

  @Test
  void aPartThatIsComputedAgainCountsOnce() {
    try (Scope scope = new Scope()) {
      Tensor x = torch.rand(new long[] {100});
      x.set_requires_grad(true);
      StepMemory at =
          one(
              x,
              List.of(x),
              () -> {
                for (int i = 0; i < 3; i++) { // 400 bytes for the exponential, 4 for the sum
                  Ledger.later(() -> x.exp().sum());
                }
                return x.sum();
              });
      assertThat(at.activations()).isEqualTo(4); // the sum that is there
      assertThat(at.backward()).isBetween(404L, 404L + 1208); // one part, forward and back
      assertThat(at.forward(100)).isEqualTo(404); // without gradients too it is there for a while
    }
  }

  @Test
  void dimensionsAreWhatTheyMean() {
    Extent one = new Extent(2, 11, 7, 9, 3, false);
    Extent two = new Extent(3, 20, 8, 17, 3, false);
    Extent at = new Extent(16, 700, 90, 400, 3, false);
    assertThat(at.dimension(64, one, 64, two)).isEqualTo(64); // the same in both: the model's
    assertThat(at.dimension(11, one, 20, two)).isEqualTo(700); // N
    assertThat(at.dimension(9, one, 17, two)).isEqualTo(400); // M
    assertThat(at.dimension(14, one, 24, two)).isEqualTo(16 * 90); // B T
    assertThat(at.dimension(10, one, 11, two)).isEqualTo(93); // T + P
    assertThat(at.dimension(22, one, 40, two)).isEqualTo(1400); // 2 N, by proportion
  }
}
