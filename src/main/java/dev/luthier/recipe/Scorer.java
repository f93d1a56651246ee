package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.doc.Name;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Rule;
import java.nio.file.Path;
import java.util.Optional;

/** Says what answers are worth: one record per way, picked by its name in the recipe. */
@Doc("What says what an answer is worth")
public sealed interface Scorer {
  /**
   * Reads what it needs; closed by the caller.
   *
   * @param device where models compute, as {@code model.device} has it
   * @throws dev.luthier.error.UserError if something is missing or broken
   */
  Reward open(String device);

  /** A rule. */
  @Doc("A rule")
  record Ruled(@Inline Rule rule) implements Scorer {
    @Override
    public Reward open(String device) {
      return rule;
    }
  }

  /** A reward model. */
  @Name("reward_model")
  @Doc("The score of a reward model, which reads the prompt with the answer; of several their mean")
  record Trained(
      @Doc("Its folder; of an adapter, that of the model that it is for") Path model,
      @Doc("The adapter that makes it a reward model; unset: the folder is one by itself")
          Optional<Path> adapter)
      implements Scorer {
    @Override
    public Reward open(String device) {
      return RewardModel.open(new Writer.Voice(model, adapter, Optional.empty(), device));
    }
  }
}
