package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/** What an answer's reward is compared with. Letters: N answers of G prompts. */
public enum Baseline {
  /** The mean of the group, the answer itself among it: GRPO. */
  GROUP {
    @Override
    public Tensor of(Tensor rewards, Segments groups) {
      return groups.spread(groups.means(rewards));
    }
  },
  /**
   * The mean of the group's others: RLOO. It does not depend on the answer, so the gradient has no
   * bias; r_i minus it is n / (n - 1) times r_i minus the group's mean.
   */
  LEAVE_ONE_OUT {
    @Override
    public Tensor of(Tensor rewards, Segments groups) {
      Tensor others = groups.spread(groups.sums(rewards)).sub(rewards); // (N)
      Tensor count = groups.spread(groups.lengths(rewards)).sub(Ops.scalar(1)); // (N) n - 1
      return others.div(count.clamp_min(Ops.scalar(1)));
    }
  },
  /** The mean of all: REINFORCE++, which needs one answer to a prompt only. */
  BATCH {
    @Override
    public Tensor of(Tensor rewards, Segments groups) {
      return rewards.mean().expand(rewards.size(0));
    }

    @Override
    public boolean inGroups() {
      return false;
    }
  },
  /** Nothing. */
  NONE {
    @Override
    public Tensor of(Tensor rewards, Segments groups) {
      return rewards.new_zeros(rewards.size(0));
    }

    @Override
    public boolean inGroups() {
      return false;
    }
  };

  /**
   * (N) what each reward is compared with.
   *
   * @param rewards (N)
   * @param groups whose prompt each answer belongs to
   */
  public abstract Tensor of(Tensor rewards, Segments groups);

  /** Whether answers to one prompt are compared, so that there have to be several. */
  public boolean inGroups() {
    return true;
  }
}
