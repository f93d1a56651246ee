package dev.luthier.recipe;

import dev.luthier.loss.Chunk;
import dev.luthier.loss.Chunked;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.PeakMemory;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a head and its loss take of memory, in chunks and without. Letters as in {@link Chunked}.
 */
public final class HeadBench {
  private HeadBench() {}

  /**
   * Computes the loss of random states under a random head that does not learn, and its gradient,
   * and prints how far the memory's peak rose. A process can measure one peak.
   *
   * @param tokens M
   * @param vocabulary V
   * @param hidden H
   * @param policy whether the loss is one of a policy, made of its tokens' log-probabilities
   */
  public static void run(
      String device,
      int tokens,
      int vocabulary,
      int hidden,
      Chunk chunk,
      boolean policy,
      PrintWriter out) {
    Compute compute = Compute.of(device);
    try (Scope scope = new Scope()) {
      torch.manual_seed(1);
      Tensor weight = random(compute, vocabulary, hidden);
      Tensor states = random(compute, tokens, hidden).set_requires_grad(true);
      Tensor targets = Ops.longs(new Random(1).longs(tokens, 0, vocabulary).toArray(), compute);
      Chunked head =
          new Chunked(
              x -> torch.linear(x, weight).to(torch.ScalarType.Float),
              chunk.tokens(vocabulary, compute),
              compute);
      step(
          head,
          states.narrow(0, 0, 8),
          targets.narrow(0, 0, 8),
          policy); // threads and kernels are there
      long before = compute.isCuda() ? PeakMemory.of(compute).taken() : PeakMemory.resident();
      long start = System.nanoTime();
      float loss = step(head, states, targets, policy);
      double seconds = (System.nanoTime() - start) / 1e9;
      long rise = PeakMemory.of(compute).taken() - before;
      out.printf(
          "%s of %,d tokens, vocabulary %,d, width %d, chunk %s: %,.0f MB more at the peak, %.2f s, loss %.6f on %s%n",
          policy ? "policy" : "loss",
          tokens,
          vocabulary,
          hidden,
          chunk.written(),
          rise / 1e6,
          seconds,
          loss,
          compute.device());
      out.flush();
    }
  }

  private static Tensor random(Compute compute, long... shape) {
    return torch.randn(shape, compute.options(compute.dtype())).mul_(Ops.scalar(0.1)).detach();
  }

  private static float step(Chunked head, Tensor states, Tensor targets, boolean policy) {
    try (Scope scope = new Scope()) {
      long m = targets.numel();
      Tensor total =
          policy
              ? head.logProbabilities(states, targets).mean().neg()
              : head.sum(
                  states,
                  targets,
                  (scores, right) -> new CrossEntropy().of(scores, right, m).total());
      total.backward();
      return total.item_float();
    }
  }
}
