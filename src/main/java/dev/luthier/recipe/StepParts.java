package dev.luthier.recipe;

import dev.luthier.model.CausalLm;
import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.rollout.Sampling;
import dev.luthier.rollout.TimedDraws;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What generation spends its time on, in milliseconds, with the device brought to a halt between
 * the parts.
 *
 * @param rows sequences at once
 * @param prompts the pass over all prompts
 * @param admitted their keys and values go to the rows that write on
 * @param started the host tells the device all of a step: the median of the steps
 * @param step until the device has done it, from the same beginning
 * @param drawn tokens are drawn from its scores and read
 */
record StepParts(
    int rows, double prompts, double admitted, double started, double step, double drawn) {
  /** Runs and measures all of it, after a run that is not counted. */
  static StepParts of(CausalLm model, List<int[]> prompts, int tokens) {
    measured(model, prompts, Math.min(tokens, 8));
    return measured(model, prompts, tokens);
  }

  private static StepParts measured(CausalLm model, List<int[]> prompts, int tokens) {
    Compute compute = model.compute();
    Generative writes = Generative.of(model);
    int rows = prompts.size();
    int longest = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
    double[][] times = new double[3][tokens];
    try (AutoGradMode off = Ops.noGrad();
        Decoding first = writes.open(rows, longest, 0);
        Decoding all = writes.open(rows, longest, tokens);
        Scope scope = new Scope()) {
      long begun = now(compute);
      first.start(prompts);
      double read = since(begun, compute);
      begun = now(compute);
      all.admit(first, IntStream.range(0, rows).toArray());
      double admitted = since(begun, compute);
      int[] next = prompts.stream().mapToInt(p -> p[0]).toArray();
      for (int i = 0; i < tokens; i++) {
        try (Scope step = new Scope()) {
          begun = now(compute);
          Tensor scores = all.next(next);
          times[0][i] = (System.nanoTime() - begun) / 1e6;
          times[1][i] = since(begun, compute);
          begun = now(compute);
          next = TimedDraws.next(scores, Sampling.MODEL, i);
          times[2][i] = since(begun, compute);
        }
      }
      return new StepParts(
          rows, read, admitted, median(times[0]), median(times[1]), median(times[2]));
    }
  }

  private static double median(double[] values) {
    return Arrays.stream(values).sorted().skip(values.length / 2).findFirst().orElse(Double.NaN);
  }

  private static double since(long begun, Compute compute) {
    return (now(compute) - begun) / 1e6;
  }

  /** The time when the device has done all it was given. */
  private static long now(Compute compute) {
    if (compute.isCuda()) {
      torch.cuda_synchronize();
    }
    return System.nanoTime();
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%d rows: prompts %.2f ms, copied %.2f ms; a step %.3f ms, of which the host %.3f ms; draw %.3f ms%n",
        rows,
        prompts,
        admitted,
        step,
        started,
        drawn);
  }
}
