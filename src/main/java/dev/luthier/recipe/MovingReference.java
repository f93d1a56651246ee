package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A reference that follows the policy (Gorbatovski et al. 2024, TR-DPO,
 * https://arxiv.org/abs/2404.09656): after every tau steps
 *
 * <pre>
 * pi_ref = alpha pi + (1 - alpha) pi_ref        weight by weight (2); alpha = 1 is (3)
 * </pre>
 *
 * Its weights are in the checkpoint, in the type that the policy trains in.
 *
 * @param every tau
 * @param mix alpha
 */
record MovingReference(List<Parameter> policy, List<Parameter> reference, int every, double mix)
    implements Course {

  /**
   * Gives the reference weights that can move; does nothing where it is to stay.
   *
   * @throws UserError if it has other weights than the policy
   */
  static Course of(ReferencePolicy.Copy spec, CausalLm reference, Adapted<CausalLm> adapted) {
    if (spec.syncEvery().isEmpty()) {
      return Course.NONE;
    }
    List<Parameter> following = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (Parameter own : adapted.trainable()) {
        Parameter other =
            reference.parameters().stream()
                .filter(p -> p.name().equals(own.name()))
                .filter(p -> Arrays.equals(p.shape(), own.shape()))
                .findFirst()
                .orElseThrow(
                    () ->
                        new UserError(
                            "reference.copy.model has no %s like the policy's, so it cannot follow; leave sync_every out, or take a model of the same shape"
                                .formatted(own.name())));
        other.set(other.value().detach().to(own.value().scalar_type()).clone());
        following.add(other);
      }
    }
    return new MovingReference(
        adapted.trainable(), following, spec.syncEvery().get(), spec.alpha());
  }

  @Override
  public void afterStep(long step, long total) {
    if ((step + 1) % every != 0) {
      return;
    }
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      for (int i = 0; i < policy.size(); i++) {
        Tensor held = reference.get(i).value();
        held.mul_(Ops.scalar(1 - mix)).add_(policy.get(i).value().mul(Ops.scalar(mix))); // (2)
      }
    }
  }

  @Override
  public List<Parameter> state() {
    return reference;
  }
}
