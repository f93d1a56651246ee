package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.data.TokenRow;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
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
 * @param redrawn how many prompts others were put in the place of
 * @param seconds that answering and scoring took
 */
record Rollout(
    long index,
    List<PromptRow> prompts,
    List<Completion> answers,
    List<Score> scores,
    float[] old,
    float[] reference,
    int redrawn,
    double seconds) {

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
}
