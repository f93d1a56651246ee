package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * What one sample of p says of KL(p, q) (Schulman 2020, Approximating KL Divergence,
 * http://joschu.net/blog/kl-approx.html). With r = q / p of a sample of p:
 */
public enum KlEstimator {
  /**
   * -log r: no bias, much noise, negative as often as not. As a reward it has the KL's gradient.
   */
  K1 {
    @Override
    public Tensor of(Tensor p, Tensor q) {
      return p.sub(q);
    }
  },
  /**
   * (log r)^2 / 2: little noise, and a bias of third order in log r, so small where p is near q. In
   * a loss, on policy, it has the KL's own gradient.
   */
  K2 {
    @Override
    public Tensor of(Tensor p, Tensor q) {
      return p.sub(q).square().div(Ops.scalar(2));
    }
  },
  /**
   * r - 1 - log r: no bias where q has no mass beyond p, never negative. Its gradient in a loss, on
   * policy, is that of the other KL, KL(q, p). GRPO's (https://arxiv.org/abs/2402.03300, eq. 4).
   */
  K3 {
    @Override
    public Tensor of(Tensor p, Tensor q) {
      Tensor log = q.sub(p).clamp_max(Ops.scalar(Divergence.LARGEST));
      return log.exp().sub(Ops.scalar(1)).sub(log);
    }
  };

  /**
   * The estimate of each sample.
   *
   * @param p the log-probabilities by the distribution that it was drawn from
   * @param q those by the other, in the same shape
   */
  public abstract Tensor of(Tensor p, Tensor q);
}
