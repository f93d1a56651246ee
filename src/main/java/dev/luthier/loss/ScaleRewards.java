package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/** What advantages are divided by: a deviation (of n - 1) plus {@value #EPSILON}, or nothing. */
public enum ScaleRewards {
  /**
   * The deviation of the group's rewards: GRPO. Prompts that are nearly always or nearly never
   * solved count more than others (https://arxiv.org/abs/2503.20783).
   */
  GROUP {
    @Override
    Tensor by(Tensor rewards, Tensor centred, Segments groups) {
      Tensor off = rewards.sub(groups.spread(groups.means(rewards))); // (N)
      Tensor degrees = groups.lengths(rewards).sub(Ops.scalar(1)).clamp_min(Ops.scalar(1)); // (G)
      return groups.spread(groups.sums(off.square()).div(degrees).sqrt());
    }
  },
  /** The deviation of the batch's rewards (Liu et al. 2025, https://arxiv.org/abs/2508.08221). */
  BATCH {
    @Override
    Tensor by(Tensor rewards, Tensor centred, Segments groups) {
      return deviation(rewards);
    }
  },
  /** The deviation of the batch's advantages themselves: REINFORCE++ with a group's baseline. */
  ADVANTAGES {
    @Override
    Tensor by(Tensor rewards, Tensor centred, Segments groups) {
      return deviation(centred);
    }
  },
  /** Nothing: Dr. GRPO, RLOO. */
  NONE {
    @Override
    Tensor by(Tensor rewards, Tensor centred, Segments groups) {
      return rewards.new_ones(1);
    }

    @Override
    public Tensor of(Tensor rewards, Tensor centred, Segments groups) {
      return centred;
    }
  };

  /** What is added to a deviation, so that a small one does not make much of little: TRL's. */
  public static final double EPSILON = 1e-4;

  abstract Tensor by(Tensor rewards, Tensor centred, Segments groups);

  /**
   * (N) the scaled advantages.
   *
   * @param rewards (N)
   * @param centred (N) rewards less their baseline
   */
  public Tensor of(Tensor rewards, Tensor centred, Segments groups) {
    return centred.div(by(rewards, centred, groups).add(Ops.scalar(EPSILON)));
  }

  /** (1) */
  private static Tensor deviation(Tensor x) {
    double degrees = Math.max(1, x.size(0) - 1);
    return x.sub(x.mean()).square().sum().div(Ops.scalar(degrees)).sqrt();
  }
}
