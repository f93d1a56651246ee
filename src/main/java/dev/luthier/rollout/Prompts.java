package dev.luthier.rollout;

import dev.luthier.error.UserError;
import dev.luthier.model.Generative;

/** What can be written behind. */
final class Prompts {
  private Prompts() {}

  /**
   * @throws UserError if a prompt is empty, has an unknown token or fills the model's context
   */
  static void check(Generative model, int index, int[] prompt) {
    if (prompt.length == 0) {
      throw new UserError(
          "prompt %d has no tokens; begin it with the model's first token".formatted(index));
    }
    if (model.room(prompt.length) < 1) {
      throw new UserError(
          "prompt %d has %d tokens, which leaves no room in the model's context of %d; shorten it"
              .formatted(index, prompt.length, model.room(0)));
    }
    for (int id : prompt) {
      if (id < 0 || id >= model.vocabSize()) {
        throw new UserError(
            "prompt %d has the token %d, but the vocabulary ends at %d; use the model's own tokenizer"
                .formatted(index, id, model.vocabSize() - 1));
      }
    }
  }
}
