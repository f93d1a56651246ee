package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Segments;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Compute;
import java.util.ArrayList;
import java.util.List;

/**
 * What the policy answered to some prompts, and what the answers are worth. Letters: N answers,
 * those of a prompt side by side; M tokens of all answers.
 *
 * @param index counted from 0
 * @param answers (N)
 * @param scores (N)
 * @param old (M) log-probabilities by the policy that wrote them, as training reads them; empty
 *     where the only step on them will tell
 * @param reference (M) those by the reference; empty where there is none
 * @param values (M) what the value model said before each token; empty without one
 * @param redrawn how many prompts others were put in the place of
 * @param seconds that answering and scoring took
 * @param waited seconds of them that learning waited for, and for what was read of the answers
 */
record Rollout(
    long index,
    List<PromptRow> prompts,
    List<Completion> answers,
    List<Score> scores,
    float[] old,
    float[] reference,
    float[] values,
    int redrawn,
    double seconds,
    double waited) {

  /** Answers to each prompt. */
  int samples() {
    return answers.size() / prompts.size();
  }

  /** The prompt of an answer, and the answer, which is learnt. */
  TokenRow row(int answer) {
    return TokenRow.answering(prompts.get(answer / samples()).ids(), answers.get(answer).ids());
  }

  /** Where the tokens of each answer begin among all, and M. */
  int[] starts() {
    int[] out = new int[answers.size() + 1];
    for (int i = 0; i < answers.size(); i++) {
      out[i + 1] = out[i] + answers.get(i).ids().length;
    }
    return out;
  }

  /** Whose each token is. */
  Segments segments() {
    long[] lengths = answers.stream().mapToLong(answer -> answer.ids().length).toArray();
    return Segments.ofLengths(Compute.CPU, lengths);
  }

  /** (M) log-probabilities by the policy that wrote the answers, as well as they are known. */
  float[] written() {
    if (old.length > 0) {
      return old;
    }
    int[] starts = starts();
    float[] out = new float[starts[starts.length - 1]];
    for (int i = 0; i < answers.size(); i++) {
      float[] own = answers.get(i).logProbs();
      System.arraycopy(own, 0, out, starts[i], own.length);
    }
    return out;
  }

  /** With what was read of the answers. */
  Rollout read(float[] old, float[] reference, float[] values, double seconds) {
    return new Rollout(
        index, prompts, answers, scores, old, reference, values, redrawn, seconds, seconds);
  }

  /** The same that was waited for so long. */
  Rollout waited(double seconds) {
    return new Rollout(
        index, prompts, answers, scores, old, reference, values, redrawn, this.seconds, seconds);
  }

  /** Whether who wrote the answers does not say of all tokens how likely they were. */
  boolean untold() {
    return answers.stream().anyMatch(Rollout::untold);
  }

  private static boolean untold(Completion answer) {
    for (float logProb : answer.drawLogProbs()) {
      if (Float.isNaN(logProb)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The same, with another's word where who wrote the answers says nothing.
   *
   * @param by (M) log-probabilities
   */
  Rollout told(float[] by) {
    int[] starts = starts();
    List<Completion> all = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Completion one = answers.get(i);
      all.add(
          new Completion(
              one.ids(),
              one.text(),
              told(one.logProbs(), by, starts[i]),
              told(one.drawLogProbs(), by, starts[i]),
              one.finish()));
    }
    return new Rollout(
        index, prompts, all, scores, told(old, by, 0), reference, values, redrawn, seconds, waited);
  }

  private static float[] told(float[] said, float[] by, int from) {
    float[] out = said.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.isNaN(out[i]) ? by[from + i] : out[i];
    }
    return out;
  }
}
