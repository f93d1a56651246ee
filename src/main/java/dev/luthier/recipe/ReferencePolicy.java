package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
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
          Optional<Path> model,
      @Doc(
              value =
                  "After how many steps each time it moves towards the policy (TR-DPO); unset: never."
                      + " Where all weights learn",
              elsewhere = {"ref_model_sync_steps", "sync_ref_model"})
          Optional<Integer> syncEvery,
      @Doc(
              value = "How far it moves then: 1 is all the way; unset: 0.6",
              elsewhere = {"ref_model_mixup_alpha"})
          Optional<Double> mix)
      implements ReferencePolicy {
    private static final double USUAL = 0.6;

    public Copy {
      syncEvery.ifPresent(n -> Check.atLeast("reference.copy.sync_every", 1, n));
      mix.ifPresent(
          alpha -> {
            Check.above("reference.copy.mix", 0, alpha);
            Check.within("reference.copy.mix", 0, 1, alpha);
          });
      if (mix.isPresent() && syncEvery.isEmpty()) {
        throw new UserError(
            "reference.copy.mix says how far the copy moves, but it never does; set sync_every, or leave mix out");
      }
    }

    /** How far it moves. */
    double alpha() {
      return mix.orElse(USUAL);
    }

    @Override
    public void check(String method, Peft peft) {
      if (syncEvery.isPresent() && !(peft instanceof Full)) {
        throw new UserError(
            "method.%s.reference.copy.sync_every moves all weights of the copy, but peft is %s, whose model stays; take peft: full, or leave sync_every out"
                .formatted(method, Schema.name(peft)));
      }
    }

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
