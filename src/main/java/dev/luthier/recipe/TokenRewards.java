package dev.luthier.recipe;

import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * What each token of a rollout is paid: the answer's score at its last token, and the price of the
 * distance from the reference everywhere. Letters: N answers, M tokens of all.
 *
 * @param each (M)
 * @param flatGroups the share of prompts whose answers are all worth the same
 * @param flat whether all answers to all prompts are
 */
record TokenRewards(Tensor each, double flatGroups, boolean flat) {
  /**
   * @param worth (N) of the answers
   * @param missingEos what an answer pays that was cut at the limit
   */
  static TokenRewards of(Rollout rollout, float[] worth, KlPrice price, double missingEos) {
    float[] scores = worth.clone(); // (N)
    int samples = rollout.samples();
    boolean flat = true;
    int groups = 0;
    for (int i = 0; i < scores.length; i++) {
      if (rollout.answers().get(i).finish() == Completion.Finish.LENGTH) {
        scores[i] -= (float) missingEos;
      }
    }
    for (int p = 0; p < scores.length; p += samples) {
      boolean same = true;
      for (int i = p; i < p + samples; i++) {
        same &= scores[i] == scores[p];
      }
      groups += same ? 1 : 0;
      flat &= same && scores[p] == scores[0];
    }
    Tensor each = price.ofTokens(rollout, Ops.floats(scores, Compute.CPU));
    return new TokenRewards(each, (double) groups * samples / scores.length, flat);
  }
}
