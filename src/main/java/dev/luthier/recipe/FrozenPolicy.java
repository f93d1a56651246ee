package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** A reference policy that is asked for tokens that nobody knew before. It never trains. */
interface FrozenPolicy extends AutoCloseable {
  /** log pi_ref of every learnt token, (M) float32 without gradient. */
  Tensor each(TokenBatch batch);

  /** How it follows the policy, where it does. */
  default Course course() {
    return Course.NONE;
  }

  @Override
  default void close() {}

  /**
   * @param adapted the policy that trains
   */
  static FrozenPolicy of(
      ReferencePolicy kind,
      ModelFolder folder,
      Adapted<CausalLm> adapted,
      Likelihood likelihood,
      Chunk chunk) {
    return kind instanceof ReferencePolicy.Copy copy
        ? copy(copy, folder, adapted, likelihood, chunk)
        : batch ->
            withoutAdapters(adapted, () -> scores(adapted.model(), likelihood, batch, chunk));
  }

  /** Work with the model that the run starts from, for which adapters step aside. */
  static <T> T withoutAdapters(Adapted<?> adapted, Supplier<T> work) {
    return adapted
        .model()
        .dropout()
        .still(
            () -> {
              try (Adapted.Off off = adapted.disabled()) {
                return work.get();
              }
            });
  }

  private static FrozenPolicy copy(
      ReferencePolicy.Copy spec,
      ModelFolder folder,
      Adapted<CausalLm> adapted,
      Likelihood likelihood,
      Chunk chunk) {
    CausalLm model = spec.load(folder, adapted.model().compute());
    Course following = MovingReference.of(spec, model, adapted);
    return new FrozenPolicy() {
      @Override
      public Tensor each(TokenBatch batch) {
        return scores(model, likelihood, batch, chunk);
      }

      @Override
      public Course course() {
        return following;
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }

  private static Tensor scores(
      CausalLm model, Likelihood likelihood, TokenBatch batch, Chunk chunk) {
    return Ops.without(() -> Scope.of(() -> likelihood.each(model, batch, chunk)));
  }
}
