package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Advantages;
import dev.luthier.loss.Segments;
import dev.luthier.loss.StepSize;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Metrics;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A rollout with the advantages of its answers, and the parts that steps take of it.
 *
 * @param rollout the answers
 * @param advantages (N) of the answers
 * @param flatGroups the share of prompts whose answers are all worth the same
 * @param compute where batches lie
 */
record RolloutParts(Rollout rollout, float[] advantages, double flatGroups, Compute compute) {

  static RolloutParts of(Rollout rollout, PolicyGradient method, KlPrice price, Compute compute) {
    float[] rewards = LearntRewards.of(method.rewards(), rollout);
    long[] lengths = new long[rollout.prompts().size()];
    Arrays.fill(lengths, rollout.samples());
    try (Scope scope = new Scope()) {
      Tensor paid = price.paid(rollout, Ops.floats(rewards, Compute.CPU)); // (N)
      Segments groups = Segments.ofLengths(Compute.CPU, lengths);
      Advantages advantages = method.compared().of(paid, groups);
      float[] each = Ops.toFloats(advantages.values());
      for (int i = 0; i < each.length && method.rollout().maskTruncated(); i++) {
        each[i] = cut(rollout.answers().get(i)) ? 0 : each[i];
      }
      return new RolloutParts(rollout, each, advantages.flat().mean().item_double(), compute);
    }
  }

  private static boolean cut(Completion answer) {
    return answer.finish() == Completion.Finish.LENGTH;
  }

  /** The share of answers that were cut at the limit. */
  double cut() {
    return mean(i -> cut(rollout.answers().get(i)) ? 1 : 0);
  }

  /** The mean reward. */
  double reward() {
    return mean(i -> rollout.scores().get(i).total());
  }

  private interface OfAnswer {
    double of(int answer);
  }

  private double mean(OfAnswer each) {
    return IntStream.range(0, rollout.answers().size()).mapToDouble(each::of).average().orElse(0);
  }

  /** What is logged of a rollout. */
  Map<String, Double> terms() {
    Map<String, Double> out = new LinkedHashMap<>();
    double mean = reward();
    out.put("reward", mean);
    out.put("reward_std", Math.sqrt(mean(i -> square(rollout.scores().get(i).total() - mean))));
    Score.means(rollout.scores()).forEach((part, value) -> out.put("reward/" + part, value));
    out.put("flat_groups", flatGroups);
    out.put("redrawn", (double) rollout.redrawn() / rollout.prompts().size());
    out.put("answer_tokens", mean(i -> rollout.answers().get(i).ids().length));
    out.put("truncated", cut());
    int[] starts = rollout.starts();
    out.put(
        "sampled_entropy", // E[-log pi] over drawn tokens, where they are the policy's own
        IntStream.range(0, rollout.answers().size())
                .mapToDouble(i -> -sum(rollout.answers().get(i).logProbs()))
                .sum()
            / starts[starts.length - 1]);
    out.put(Metrics.CLOCK + "rollout_seconds", rollout.seconds());
    return out;
  }

  private static double square(double x) {
    return x * x;
  }

  private static double sum(float[] of) {
    double sum = 0;
    for (float x : of) {
      sum += x;
    }
    return sum;
  }

  /** Tokens that pass through the model for the answers to some prompts. */
  long tokens(int[] prompts) {
    return answers(prompts).mapToLong(i -> rollout.row(i).length()).sum();
  }

  /** The answers to some prompts. */
  private IntStream answers(int[] prompts) {
    int samples = rollout.samples();
    return Arrays.stream(prompts).flatMap(p -> IntStream.range(p * samples, (p + 1) * samples));
  }

  /**
   * The answers to some prompts as tensors.
   *
   * @param step all prompts of the step
   */
  PolicyBatch batch(int[] prompts, int[] step) {
    int[] which = answers(prompts).toArray();
    int[] starts = rollout.starts();
    List<TokenRow> rows = Arrays.stream(which).mapToObj(rollout::row).toList();
    long[] lengths =
        Arrays.stream(which).mapToLong(i -> rollout.answers().get(i).ids().length).toArray();
    int tokens = (int) Arrays.stream(lengths).sum();
    float[] advantage = new float[tokens];
    float[] sampler = new float[tokens];
    float[] old = new float[rollout.old().length == 0 ? 0 : tokens];
    float[] reference = new float[rollout.reference().length == 0 ? 0 : tokens];
    int at = 0;
    for (int i : which) {
      int n = rollout.answers().get(i).ids().length;
      Arrays.fill(advantage, at, at + n, advantages[i]);
      System.arraycopy(rollout.answers().get(i).drawLogProbs(), 0, sampler, at, n);
      copy(rollout.old(), starts[i], old, at, n);
      copy(rollout.reference(), starts[i], reference, at, n);
      at += n;
    }
    return new PolicyBatch(
        Arrays.stream(prompts).mapToObj(rollout.prompts()::get).toList(),
        Optional.of(
            new PolicyBatch.Answered(
                TokenBatch.of(rows, compute),
                Segments.ofLengths(compute, lengths),
                Ops.floats(advantage, compute),
                Ops.floats(sampler, compute),
                tensor(old),
                tensor(reference),
                size(step))));
  }

  private static void copy(float[] from, int at, float[] to, int where, int n) {
    if (from.length > 0) {
      System.arraycopy(from, at, to, where, n);
    }
  }

  private @Nullable Tensor tensor(float[] values) {
    return values.length == 0 ? null : Ops.floats(values, compute);
  }

  private StepSize size(int[] step) {
    int[] which = answers(step).toArray();
    return new StepSize(
        which.length,
        Arrays.stream(which).mapToLong(i -> rollout.answers().get(i).ids().length).sum(),
        rollout.prompts().get(0).most());
  }
}
