package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Segments;
import dev.luthier.loss.StepSize;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
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
 * A rollout with what it teaches, and the parts that steps take of it.
 *
 * @param rollout the answers
 * @param advantagesAlone whether an answer without an advantage teaches nothing
 * @param priced what is logged of the price for the distance from the reference
 * @param compute where batches lie
 */
record RolloutParts(
    Rollout rollout,
    Taught taught,
    boolean advantagesAlone,
    Map<String, Double> priced,
    Compute compute) {

  static RolloutParts of(Rollout rollout, AnswersMethod method, KlPrice price, Compute compute) {
    Taught taught = method.taught(rollout, price);
    int[] starts = rollout.starts();
    for (int i = 0; method.answers().rollout().maskTruncated() && i < starts.length - 1; i++) {
      if (cut(rollout.answers().get(i))) {
        Arrays.fill(taught.advantages(), starts[i], starts[i + 1], 0);
      }
    }
    return new RolloutParts(rollout, taught, method.advantagesAlone(), price.terms(), compute);
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
    out.put("flat_groups", taught.flatGroups());
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
    out.putAll(taught.terms());
    out.putAll(priced);
    out.put(Metrics.CLOCK + "rollout_seconds", rollout.seconds());
    out.put(Metrics.CLOCK + "rollout_waited", rollout.waited());
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
    return Arrays.stream(prompts).mapToLong(p -> rollout.prompts().get(p).ids().length).sum()
        + answers(prompts).mapToLong(i -> rollout.answers().get(i).ids().length).sum();
  }

  /**
   * Those of a step's prompts that have to be read: where advantages alone teach, one whose answers
   * have none is left out. At least one.
   */
  int[] read(int[] step) {
    int[] starts = rollout.starts();
    int n = rollout.samples();
    int[] out =
        advantagesAlone
            ? Arrays.stream(step)
                .filter(p -> taught.teaches(starts[p * n], starts[(p + 1) * n]))
                .toArray()
            : step;
    return out.length == 0 ? Arrays.copyOf(step, 1) : out;
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
   * @param read those of them that are read
   */
  PolicyBatch batch(int[] prompts, int[] step, int[] read) {
    int[] which = answers(prompts).toArray();
    List<TokenRow> rows = Arrays.stream(which).mapToObj(rollout::row).toList();
    long[] lengths =
        Arrays.stream(which).mapToLong(i -> rollout.answers().get(i).ids().length).toArray();
    int tokens = (int) Arrays.stream(lengths).sum();
    float[] sampler = new float[tokens];
    int at = 0;
    for (int i : which) {
      float[] own = rollout.answers().get(i).drawLogProbs();
      System.arraycopy(own, 0, sampler, at, own.length);
      at += own.length;
    }
    Tensor values = any(rollout.values(), which);
    return new PolicyBatch(
        Arrays.stream(prompts).mapToObj(rollout.prompts()::get).toList(),
        Optional.of(
            new PolicyBatch.Answered(
                TokenBatch.sharing(rows, compute),
                Segments.ofLengths(compute, lengths),
                Ops.floats(of(taught.advantages(), which), compute),
                Ops.floats(sampler, compute),
                any(rollout.old(), which),
                any(rollout.reference(), which),
                values == null
                    ? null
                    : new PolicyBatch.Foretold(
                        values, Ops.floats(of(taught.returns(), which), compute)),
                size(step),
                size(read))));
  }

  private @Nullable Tensor any(float[] all, int[] which) {
    return all.length == 0 ? null : Ops.floats(of(all, which), compute);
  }

  /** The numbers of some answers' tokens. */
  private float[] of(float[] all, int[] which) {
    int[] starts = rollout.starts();
    float[] out = new float[Arrays.stream(which).map(i -> starts[i + 1] - starts[i]).sum()];
    int at = 0;
    for (int i : which) {
      System.arraycopy(all, starts[i], out, at, starts[i + 1] - starts[i]);
      at += starts[i + 1] - starts[i];
    }
    return out;
  }

  private StepSize size(int[] step) {
    int[] which = answers(step).toArray();
    return new StepSize(
        which.length,
        Arrays.stream(which).mapToLong(i -> rollout.answers().get(i).ids().length).sum(),
        rollout.prompts().get(0).most());
  }
}
