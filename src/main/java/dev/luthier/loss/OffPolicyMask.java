package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Off-policy sequence masking (DeepSeek-V3.2, 2025, https://arxiv.org/abs/2512.02556, eq. 9): bad
 * answers that the policy would no longer write teach nothing,
 *
 * <pre>
 * weight = 0 where A &lt; 0 and 1/|y| sum_t log(pi_old / pi) &gt; delta, else 1            (9)
 * </pre>
 *
 * for there is little to unlearn, and their gradient is large. Equal to TRL's
 * off_policy_mask_threshold.
 */
@Doc(
    value = "Bad answers that the policy would no longer write are left out (arXiv 2512.02556)",
    elsewhere = {"off_policy_mask_threshold"})
public record OffPolicyMask(
    @Doc("How far, in nats per token, an answer may be from the policy") double delta) {
  public OffPolicyMask {
    Check.above("off_policy_mask.delta", 0, delta);
  }

  /**
   * (M) 0 or 1, for {@link TokenLogps#weighted}.
   *
   * @param advantages (M)
   */
  public Tensor weights(TokenLogps tokens, Tensor advantages) {
    Segments answers = tokens.answers();
    Tensor far = answers.means(tokens.old().sub(tokens.policy().detach())); // (N)
    Tensor left = answers.spread(far).gt(Ops.scalar(delta)); // (M)
    return left.logical_and(advantages.lt(Ops.scalar(0)))
        .logical_not()
        .to(advantages.scalar_type()); // (9)
  }
}
