package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import java.nio.file.Path;
import java.util.Optional;

/** The policy that a preference method holds its own to: pi_ref. */
@Doc("The policy that the trained one is compared with")
public sealed interface ReferencePolicy {
  /** Its log-probabilities of every answer, computed before the first step. */
  @Doc(
      value =
          "The policy before the first step: its log-probabilities of all answers are computed once"
              + " and kept in the run's directory",
      elsewhere = {"precompute_ref_log_probs"})
  record Cached() implements ReferencePolicy {}

  /** The loaded model, for which adapters step aside. */
  @Doc("The loaded model without adapters, asked at every step; not for full fine-tuning")
  record AdaptersOff() implements ReferencePolicy {}

  /** A model of its own. */
  @Doc(
      value = "A second, frozen model in memory, asked at every step",
      elsewhere = {"ref_model", "reference_model"})
  record Copy(
      @Doc("Its folder, with the same tokenizer; unset: the model that the run starts from")
          Optional<Path> model)
      implements ReferencePolicy {}
}
