package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Generalised Advantage Estimation (Schulman et al. 2015, https://arxiv.org/abs/1506.02438, eq. 16;
 * as a recursion: PPO, https://arxiv.org/abs/1707.06347, eq. 11 and 12):
 *
 * <pre>
 * delta_t = r_t + gamma V_(t+1) - V_t                                                (12)
 * A_t = delta_t + gamma lambda A_(t+1)                                               (11)
 * R_t = A_t + V_t
 * </pre>
 *
 * with V = 0 and A = 0 behind an answer's last token. lambda = 1 trusts rewards alone (no bias,
 * much noise), lambda = 0 the value model alone.
 */
@Doc("Advantages of tokens by a value model (arXiv 1506.02438)")
public record Gae(
    @Doc("What a reward one token later is worth") @Default("1") double gamma,
    @Doc(
            value = "How far rewards are trusted over the value model",
            elsewhere = {"lam"})
        @Default("0.95")
        double lambda) {
  public Gae {
    Check.within("gae.gamma", 0, 1, gamma);
    Check.within("gae.lambda", 0, 1, lambda);
  }

  /**
   * What came of it.
   *
   * @param advantages (M) A
   * @param returns (M) R, what values are to become
   */
  public record Estimated(Tensor advantages, Tensor returns) {}

  /**
   * Computed on the host, in float64, and given back in the type of the rewards.
   *
   * @param rewards (M)
   * @param values (M) of the state before each token
   */
  public Estimated of(Tensor rewards, Tensor values, Segments answers) {
    float[] r = Ops.toFloats(rewards);
    float[] v = Ops.toFloats(values);
    long[] owner = Ops.toLongs(answers.owner());
    float[] advantages = new float[r.length];
    double next = 0; // A_(t+1)
    for (int t = r.length - 1; t >= 0; t--) {
      boolean last = t + 1 == r.length || owner[t + 1] != owner[t];
      double delta = r[t] + (last ? 0 : gamma * v[t + 1]) - v[t]; // (12)
      next = delta + (last ? 0 : gamma * lambda * next); // (11)
      advantages[t] = (float) next;
    }
    Tensor out =
        Ops.floats(advantages, Compute.CPU).to(rewards.device(), rewards.scalar_type()); // (M)
    return new Estimated(out, out.add(values.detach()));
  }
}
