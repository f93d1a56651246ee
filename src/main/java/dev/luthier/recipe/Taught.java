package dev.luthier.recipe;

import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a rollout teaches. Letters: M tokens of all answers.
 *
 * @param advantages (M)
 * @param returns (M) what values are to become; empty without a value model
 * @param flatGroups the share of prompts whose answers are all worth the same
 * @param nothing whether all answers are worth the same, so that nobody can learn from them
 * @param terms what is logged of it
 */
record Taught(
    float[] advantages,
    float[] returns,
    double flatGroups,
    boolean nothing,
    Map<String, Double> terms) {
  /** Whether one of these tokens has an advantage. */
  boolean teaches(int from, int to) {
    return IntStream.range(from, to).anyMatch(token -> advantages[token] != 0);
  }

  /**
   * (N) advantages of answers: those of their tokens, in the mean.
   *
   * @param starts (N + 1) of the answers among the tokens
   */
  float[] ofAnswers(int[] starts) {
    float[] out = new float[starts.length - 1];
    for (int i = 0; i < out.length; i++) {
      IntStream tokens = IntStream.range(starts[i], starts[i + 1]);
      out[i] = (float) tokens.mapToDouble(token -> advantages[token]).average().orElse(0);
    }
    return out;
  }
}
