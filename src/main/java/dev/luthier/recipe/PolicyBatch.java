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
 * Prompts, and where they were answered, the answers; or texts that are learnt beside.
 *
 * @param answered none where a plan or an evaluation asks
 * @param mixed none but where there are no prompts
 */
record PolicyBatch(List<PromptRow> prompts, Optional<Answered> answered, Optional<Mixed> mixed) {
  PolicyBatch(List<PromptRow> prompts, Optional<Answered> answered) {
    this(prompts, answered, Optional.empty());
  }

  /** Texts of a pretraining mix. */
  static PolicyBatch of(Mixed mixed) {
    return new PolicyBatch(List.of(), Optional.empty(), Optional.of(mixed));
  }

  /**
   * Letters: N answers, M tokens of all.
   *
   * @param written all answers, each a sequence that begins with its prompt
   * @param answers whose each token is
   * @param advantages (M)
   * @param sampler (M) log-probabilities by what the tokens were drawn from
   * @param old (M) by the policy that wrote them; null where it is the one that reads them
   * @param reference (M); null without one
   * @param foretold null without a value model
   * @param size of the whole step
   */
  record Answered(
      TokenBatch written,
      Segments answers,
      Tensor advantages,
      Tensor sampler,
      @Nullable Tensor old,
      @Nullable Tensor reference,
      @Nullable Foretold foretold,
      StepSize size,
      StepSize read) {}

  /**
   * What a value model said, and what came of it.
   *
   * @param values (M) by the one that the rollout began with
   * @param returns (M)
   */
  record Foretold(Tensor values, Tensor returns) {}

  /**
   * Texts.
   *
   * @param tokens that the whole step learns of them
   */
  record Mixed(TokenBatch texts, double tokens) {}
}
