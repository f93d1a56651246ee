package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.rollout.Completion;
import java.util.List;

/** Who writes the answers that a rollout is made of. */
interface Author {
  /**
   * The answers to each prompt, side by side.
   *
   * @param draws seed of their random numbers
   */
  List<Completion> answers(List<PromptRow> prompts, long draws);

  /**
   * (M) log-probabilities of all tokens by who wrote them, as training reads them; empty where the
   * only step on them will tell.
   */
  float[] old(Rollout bare);
}
