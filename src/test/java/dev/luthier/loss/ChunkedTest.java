package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Random;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Chunks give what all at once gives. M = 23 tokens, H = 8, V = 50, chunks of 5: 5 5 5 5 3. */
class ChunkedTest {
  private static final long M = 23;
  private final Scope scope = new Scope();
  private final Tensor hidden = random(1, M, 8).set_requires_grad(true);
  private final Tensor weight = random(2, 50, 8);
  private final Tensor targets = Ops.longs(new Random(3).longs(M, 0, 50).toArray(), Compute.CPU);

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor random(long seed, long... shape) {
    torch.manual_seed(seed);
    return torch.randn(shape, Compute.CPU.options(ScalarType.Float));
  }

  /** With a soft cap, as Gemma 2 has one. */
  private Tensor head(Tensor states) {
    return torch.linear(states, weight).div(new Scalar(3.0)).tanh().mul(new Scalar(3.0));
  }

  private Chunked by(long tokens) {
    return new Chunked(this::head, tokens, Compute.CPU);
  }

  private static Tensor loss(Tensor logits, Tensor right) {
    return new CrossEntropy(0.1).of(logits, right, 7).total();
  }

  private static float[] gradient(Tensor of) {
    float[] out = Ops.toFloats(of.grad());
    of.mutable_grad().zero_();
    return out;
  }

  private void same(Function<Chunked, Tensor> total, boolean headLearns) {
    weight.set_requires_grad(headLearns);
    Tensor plain = total.apply(by(M));
    plain.mul(new Scalar(2.5)).backward();
    float[] states = gradient(hidden);
    float[] ofHead = headLearns ? gradient(weight) : new float[0];
    Tensor ours = total.apply(by(5));
    ours.mul(new Scalar(2.5)).backward();
    assertThat(ours.item_float())
        .isCloseTo(plain.item_float(), within(1e-6f * Math.abs(plain.item_float())));
    near(gradient(hidden), states, 1e-6f);
    if (headLearns) {
      near(gradient(weight), ofHead, 2e-6f); // sums of 23 terms in another order
    }
  }

  /** By the largest of them. */
  private static void near(float[] ours, float[] plain, float share) {
    float largest = 0;
    for (float p : plain) {
      largest = Math.max(largest, Math.abs(p));
    }
    assertThat(ours).containsExactly(plain, within(share * largest));
  }

  @Test
  void theSumIsThatOfAllAtOnceAndSoAreItsGradients() {
    same(c -> c.sum(hidden, targets, ChunkedTest::loss), false);
  }

  @Test
  void aHeadThatLearnsGetsItsGradientOnceAndScaled() {
    same(c -> c.sum(hidden, targets, ChunkedTest::loss), true);
  }

  @Test
  void logProbabilitiesToo() {
    Tensor weights = random(5, M); // a loss that is not a plain sum
    same(c -> c.logProbabilities(hidden, targets).mul(weights).square().sum(), false);
    same(c -> c.logProbabilities(hidden, targets).mul(weights).square().sum(), true);
  }

  @Test
  void ofEqualScoresEveryTokenIsAsLikely() {
    // V = 50 equal scores: log(1 / 50) = -3.912023
    Chunked flat =
        new Chunked(s -> torch.zeros(new long[] {s.size(0), 50}, s.options()), 5, Compute.CPU);
    try (var off = Ops.noGrad()) {
      assertThat(Ops.toFloats(flat.logProbabilities(hidden, targets)))
          .hasSize((int) M)
          .containsOnly(-3.912023f);
    }
  }

  @Test
  void noMoreThanAChunkIsScoredAtOnce() {
    long[] most = {0};
    Chunked watched =
        new Chunked(
            states -> {
              most[0] = Math.max(most[0], states.size(0));
              return head(states);
            },
            5,
            Compute.CPU);
    watched.sum(hidden, targets, ChunkedTest::loss).backward();
    watched.logProbabilities(hidden, targets).sum().backward();
    Tensor verdicts = watched.each(hidden, targets, (logits, right) -> right);
    assertThat(most[0]).isEqualTo(5);
    assertThat(Ops.toLongs(verdicts)).containsExactly(Ops.toLongs(targets));
  }

  /** Dropout in the head is drawn again as it was. */
  @Test
  void theBackwardPassSeesTheDropoutOfTheForwardPass() {
    weight.set_requires_grad(true);
    Chunked dropped =
        new Chunked(s -> torch.linear(torch.dropout(s, 0.5, true), weight), 5, Compute.CPU);
    torch.manual_seed(9);
    Tensor total = dropped.sum(hidden, targets, ChunkedTest::loss);
    total.backward();
    float[] ours = gradient(weight);
    torch.manual_seed(9);
    Tensor by = null;
    for (long at = 0; at < M; at += 5) {
      long n = Math.min(5, M - at);
      Tensor part =
          loss(
              torch.linear(torch.dropout(hidden.narrow(0, at, n), 0.5, true), weight),
              targets.narrow(0, at, n));
      by = by == null ? part : by.add(part);
    }
    by.backward();
    assertThat(total.item_float()).isCloseTo(by.item_float(), within(1e-5f));
    assertThat(ours).containsExactly(gradient(weight), within(1e-5f));
  }

  @Test
  void whereOnlyTheHeadLearnsItStillDoes() {
    weight.set_requires_grad(true);
    Tensor states = hidden.detach();
    loss(head(states), targets).backward();
    float[] plain = gradient(weight);
    by(5).sum(states, targets, ChunkedTest::loss).backward();
    assertThat(gradient(weight)).containsExactly(plain, within(1e-5f));
  }

  /** Several numbers of each token, all of which count. */
  @Test
  void entropies() {
    Tensor counts = random(7, M, 2);
    for (boolean learns : new boolean[] {false, true}) {
      same(
          head -> head.rows(hidden, targets, 2, TokenScores::withEntropies).mul(counts).sum(),
          learns);
    }
  }
}
