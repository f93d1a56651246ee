package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Full;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.Optional;

/** The policy that a preference method holds its own to: pi_ref. */
@Doc("The policy that the trained one is compared with")
public sealed interface ReferencePolicy {
  /**
   * @param method as a recipe names it
   * @throws UserError if it does not go with which weights move
   */
  default void check(String method, Peft peft) {}

  /**
   * @param method as a recipe names it
   * @throws UserError if it cannot read what the policy reads
   */
  default void check(String method, ModelFolder folder) {}

  /** Its log-probabilities of every answer, computed before the first step. */
  @Doc(
      value =
          "The policy before the first step: its log-probabilities of all answers are computed once"
              + " and kept in the run's directory",
      elsewhere = {"precompute_ref_log_probs"})
  record Cached() implements ReferencePolicy {}

  /** The loaded model, for which adapters step aside. */
  @Doc("The loaded model without adapters, asked at every step; not for full fine-tuning")
  record AdaptersOff() implements ReferencePolicy {
    @Override
    public void check(String method, Peft peft) {
      if (peft instanceof Full) {
        throw new UserError(
            "method.%s.reference is adapters_off, but peft is full: all weights move, and nothing can be switched off; take cached or copy"
                .formatted(method));
      }
    }
  }

  /** A model of its own. */
  @Doc(
      value = "A second, frozen model in memory, asked at every step",
      elsewhere = {"ref_model", "reference_model"})
  record Copy(
      @Doc("Its folder, with the same tokenizer; unset: the model that the run starts from")
          Optional<Path> model)
      implements ReferencePolicy {
    /**
     * Reads it; it never trains.
     *
     * @param start that of the model that the run starts from
     */
    CausalLm load(ModelFolder start, Compute compute) {
      CausalLm out =
          model.map(path -> CausalLm.load(path, compute)).orElseGet(() -> start.load(compute));
      out.parameters().forEach(p -> p.trainable(false));
      return out;
    }

    /** Refuses a second model that reads other tokens. */
    @Override
    public void check(String method, ModelFolder folder) {
      if (model.isEmpty()) {
        return;
      }
      try (ModelFolder other = ModelFolder.open(model.get())) {
        long own = folder.config().vocabSize();
        if (other.config().vocabSize() != own) {
          throw new UserError(
              "method.%s.reference.copy.model has another vocabulary than model (%d tokens, not %d), so it cannot read the same rows; take a model of the same family"
                  .formatted(method, other.config().vocabSize(), own));
        }
      }
    }
  }
}
