package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Numbers of all tokens of a batch brought to one size: (x - mean) / sqrt(variance + 1e-8), with
 * the variance of n - 1. It is for a whole rollout, before that is cut into minibatches.
 */
public enum Whitening {
  /** As they are. */
  NONE {
    @Override
    public Tensor of(Tensor x) {
      return x;
    }
  },
  /** To deviation 1; the mean stays. For rewards, whose sign means something. */
  SCALE {
    @Override
    public Tensor of(Tensor x) {
      return FULL.of(x).add(x.mean());
    }
  },
  /** To mean 0 and deviation 1. For advantages. */
  FULL {
    @Override
    public Tensor of(Tensor x) {
      Tensor off = x.sub(x.mean());
      double degrees = Math.max(1, x.numel() - 1);
      Tensor variance = off.square().sum().div(Ops.scalar(degrees)); // ()
      return off.mul(variance.add(Ops.scalar(1e-8)).rsqrt());
    }
  };

  /**
   * (M)
   *
   * @param x (M)
   */
  public abstract Tensor of(Tensor x);
}
