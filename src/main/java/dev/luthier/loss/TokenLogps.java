package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the tokens of sampled answers. Letters: M tokens of all answers, end to end; N
 * answers.
 *
 * @param policy (M) log pi(y_t | x, y_<t), with gradient
 * @param old (M) the same by the policy that the step starts from, without gradient
 * @param reference (M) by the reference, without gradient; null where nothing is held to one
 * @param entropy (M) the entropy of the policy's next token; null where it is not known
 * @param weights (M) what each token's policy term is multiplied with, without gradient: see {@link
 *     SamplingCorrection}; null: 1
 * @param answers whose each token is
 */
public record TokenLogps(
    Tensor policy,
    Tensor old,
    @Nullable Tensor reference,
    @Nullable Tensor entropy,
    @Nullable Tensor weights,
    Segments answers) {
  /** Without a reference, entropies and weights. */
  public TokenLogps(Tensor policy, Tensor old, Segments answers) {
    this(policy, old, null, null, null, answers);
  }

  /** With a reference. */
  public TokenLogps and(Tensor reference) {
    return new TokenLogps(policy, old, reference, entropy, weights, answers);
  }

  /** With entropies. */
  public TokenLogps withEntropy(Tensor entropy) {
    return new TokenLogps(policy, old, reference, entropy, weights, answers);
  }

  /** With weights. */
  public TokenLogps weighted(Tensor weights) {
    return new TokenLogps(policy, old, reference, entropy, weights, answers);
  }

  /** (M) log(pi / pi_old); up to where its exponential is finite in float32. */
  public Tensor logRatios() {
    return policy.sub(old).clamp_max(Ops.scalar(Divergence.LARGEST));
  }

  /** The reference's, for what cannot do without. */
  Tensor held() {
    if (reference == null) {
      throw new IllegalStateException("a KL penalty compares with a reference, and got none");
    }
    return reference;
  }
}
