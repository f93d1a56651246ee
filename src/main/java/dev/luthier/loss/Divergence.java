package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What holds the policy to the reference: f-DPO (Wang et al. 2023,
 * https://arxiv.org/abs/2309.16240). The best policy under a reward r and a penalty beta D_f has r
 * = beta f'(pi / pi_ref) + a constant of the prompt, which cancels between two answers. Here f'(1)
 * = 0, so that rewards are 0 at the reference; TRL leaves constants of f' out, which makes the same
 * differences. Equal to TRL's f_divergence_type.
 */
@Doc("The divergence from the reference that the reward is paid for with (arXiv 2309.16240)")
public sealed interface Divergence {
  /** exp stays finite in float32 up to here; beyond, a score neither grows nor has a gradient. */
  double LARGEST = 80;

  /**
   * f'(t) where t = exp(ratio).
   *
   * @param ratios log(pi / pi_ref)
   */
  Tensor derivative(Tensor ratios);

  /** f(t) = t log t: f' = log t, plain DPO. */
  @Doc("KL(policy, reference), as in DPO: the policy seeks one of the reference's modes")
  record ReverseKl() implements Divergence {
    @Override
    public Tensor derivative(Tensor ratios) {
      return ratios;
    }
  }

  /** f(t) = t - 1 - log t: f' = 1 - 1 / t. */
  @Doc("KL(reference, policy): the policy keeps all that the reference may say")
  record ForwardKl() implements Divergence {
    @Override
    public Tensor derivative(Tensor ratios) {
      return lessOne(ratios.neg()).neg();
    }
  }

  /** f(t) = t log t - (t + 1) log((t + 1) / 2): f' = log(2 t / (1 + t)). */
  @Doc(
      value = "Jensen-Shannon: between the two; no answer's reward grows without end",
      elsewhere = "js")
  record JsDivergence() implements Divergence {
    @Override
    public Tensor derivative(Tensor ratios) {
      return torch.log_sigmoid(ratios).add(Ops.scalar(Math.log(2))); // log(t / (1 + t)) + log 2
    }
  }

  /**
   * f' = (t^(alpha - 1) - 1) / (alpha - 1): the forward KL at alpha = 0, the reverse KL in the
   * limit of alpha = 1. The paper counts alpha from the other end, as 1 - alpha.
   */
  @Doc("Between forward_kl (alpha 0) and reverse_kl (alpha towards 1)")
  record AlphaDivergence(
      @Doc(
              value = "Which one, >= 0 and < 1",
              elsewhere = {"f_alpha_divergence_coef"})
          @Default("0.5")
          double alpha)
      implements Divergence {
    public AlphaDivergence {
      Check.below("alpha_divergence.alpha", 0, 1, alpha);
    }

    @Override
    public Tensor derivative(Tensor ratios) {
      return lessOne(ratios.mul(Ops.scalar(alpha - 1))).div(Ops.scalar(alpha - 1));
    }
  }

  /** exp(x) - 1. */
  private static Tensor lessOne(Tensor x) {
    return x.clamp_max(Ops.scalar(LARGEST)).expm1();
  }
}
