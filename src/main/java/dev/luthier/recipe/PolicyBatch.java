package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.data.TokenBatch;
import dev.luthier.loss.Segments;
import dev.luthier.loss.StepSize;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Prompts, and where they were answered, the answers.
 *
 * @param answered none where a plan or an evaluation asks
 */
record PolicyBatch(List<PromptRow> prompts, Optional<Answered> answered) {
  /**
   * Letters: N answers, M tokens of all.
   *
   * @param written all answers, each a sequence that begins with its prompt
   * @param answers whose each token is
   * @param advantages (M)
   * @param sampler (M) log-probabilities by what the tokens were drawn from
   * @param old (M) by the policy that wrote them; null where it is the one that reads them
   * @param reference (M); null without one
   * @param size of the whole step
   */
  record Answered(
      TokenBatch written,
      Segments answers,
      Tensor advantages,
      Tensor sampler,
      @Nullable Tensor old,
      @Nullable Tensor reference,
      StepSize size) {}
}
