package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A reward model of pairs: Bradley and Terry 1952, with a margin as Touvron et al. 2023 (Llama 2,
 * https://arxiv.org/abs/2307.09288, eq. 2) have it, and centred as Eisenstein et al. 2023
 * (https://arxiv.org/abs/2312.09244, section 2.3) do, since a reward is otherwise fixed but for a
 * constant of the prompt:
 *
 * <pre>
 * L = -log sigmoid(r_w - r_l - m) + c (r_w + r_l)^2
 * </pre>
 *
 * A soft label p gives p L + (1 - p) L with the margin m the other way round. Equal to TRL's
 * RewardTrainer.
 */
@Doc("Reward model of pairs (Bradley and Terry 1952)")
public record BradleyTerry(
    @Doc(
            value = "c: how strongly the two rewards of a pair are drawn to add up to 0",
            elsewhere = {"center_rewards_coefficient"})
        @Default("0.01")
        double centering) {
  public BradleyTerry {
    Check.atLeast("bradley_terry.centering", 0.0, centering);
  }

  /**
   * @param chosen (P) float32, or (P, H) of H heads, each with a preference of its own
   * @param rejected in the same shape
   * @param labels in the same shape
   * @param denominator the cells of the step, over all its micro-batches
   */
  public Loss of(Tensor chosen, Tensor rejected, PairLabels labels, double denominator) {
    Tensor u = chosen.sub(rejected);
    Tensor beyond = labels.beyondMargin(u); // r_w - r_l - m
    Tensor loss =
        labels.expected(
            torch.log_sigmoid(beyond).neg(), () -> torch.log_sigmoid(beyond.neg()).neg());
    if (centering > 0) {
      loss = loss.add(chosen.add(rejected).square().mul(Ops.scalar(centering)));
    }
    Tensor total = loss.sum().div(Ops.scalar(denominator));
    try (AutoGradMode off = Ops.noGrad()) {
      return new Loss(
          total,
          List.of(
              term("accuracy", labels.agreement(u), denominator),
              term("margin", u, denominator),
              term("reward_chosen", chosen, denominator),
              term("reward_rejected", rejected, denominator)));
    }
  }

  private static Loss.Term term(String name, Tensor values, double denominator) {
    return new Loss.Term(name, values.sum().div(Ops.scalar(denominator)));
  }
}
