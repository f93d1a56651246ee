package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How likely policy and reference find some answers. All parts have one shape: (P) for one side of
 * P pairs, (N) for N answers, (B, K) for B rankings of up to K.
 *
 * @param policy log pi(y | x), the sum over the answer's tokens, with gradient
 * @param tokens |y|, the answer's tokens, in the type of {@code policy}; 0 where there is no answer
 * @param reference log pi_ref(y | x), without gradient; null where the method has no reference
 */
public record Logps(Tensor policy, Tensor tokens, @Nullable Tensor reference) {
  /** For methods without a reference. */
  public Logps(Tensor policy, Tensor tokens) {
    this(policy, tokens, null);
  }

  /** log(pi(y | x) / pi_ref(y | x)). */
  public Tensor ratios() {
    if (reference == null) {
      throw new IllegalStateException("this loss compares with a reference, and got none");
    }
    return policy.sub(reference);
  }

  /** log pi(y | x) / |y|, the mean over the answer's tokens. */
  public Tensor means() {
    return policy.div(lengths());
  }

  /** |y|, and 1 where there is no answer. */
  Tensor lengths() {
    return tokens.clamp_min(Ops.scalar(1));
  }
}
