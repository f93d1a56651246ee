package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The reference as a model that reads what it has not seen, such as the policy's own answers. That
 * is more than log-probabilities of known answers, which may be all that is kept of it.
 *
 * @param model empty where there is none in memory
 * @param why it is empty; else what it is
 */
record Yardstick(Optional<Model> model, String why) {
  /** A model to be read with. */
  @FunctionalInterface
  interface Model {
    Tensor read(Function<CausalLm, Tensor> reading);
  }

  /**
   * A copy where the method has one; else the loaded model, for which adapters step aside.
   *
   * @param referee that of the method, if it has a reference
   */
  static Yardstick of(Beginner<AnswersRow, CausalLm> run, @Nullable Referee referee) {
    if (referee instanceof FrozenCopy copy) {
      return new Yardstick(Optional.of(reading -> reading.apply(copy.model())), "the frozen copy");
    }
    Adapted<CausalLm> adapted = run.adapted();
    if (adapted.peft() instanceof Full) {
      return new Yardstick(
          Optional.empty(),
          referee == null
              ? "all weights learn, and the method keeps no reference"
              : "all weights learn, and only log-probabilities of the data's answers are kept of the reference; take reference: copy to have it measured");
    }
    if (run.recipe().adapter().isPresent() && !comparesWithBare(run.recipe())) {
      return new Yardstick(
          Optional.empty(),
          "training began from an adapter, which is not kept in memory; take reference: adapters_off to have the distance from the model without it measured");
    }
    return new Yardstick(
        Optional.of(
            reading -> {
              try (Adapted.Off off = adapted.disabled()) {
                return reading.apply(adapted.model());
              }
            }),
        "the model without adapters");
  }

  private static boolean comparesWithBare(Recipe recipe) {
    return recipe.method() instanceof Prefer prefer
        && prefer.reference() instanceof ReferencePolicy.AdaptersOff;
  }
}
