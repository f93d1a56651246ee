package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/** Where the distance from the reference is paid for. */
@Doc("Where the distance from the reference is paid for (docs/rl.md)")
public sealed interface KlPenalty {
  /** Whether there has to be a reference. */
  default boolean reference() {
    return true;
  }

  /** Whether answers pay for it in the loss, also those without an advantage. */
  default boolean inLoss() {
    return false;
  }

  /** How the distance is estimated. */
  KlEstimator estimator();

  /**
   * (M) the losses of tokens, with what the loss pays for the distance.
   *
   * @param each (M) without it
   */
  default Tensor added(Tensor each, TokenLogps tokens, RatioLevel level) {
    return each;
  }

  /** Nothing is paid. */
  @Doc("Nothing is paid: no reference is needed")
  record None() implements KlPenalty {
    @Override
    public boolean reference() {
      return false;
    }

    @Override
    public KlEstimator estimator() {
      return KlEstimator.K3;
    }
  }

  /** l_t + beta k_t. */
  @Doc("In the loss of each token, as in GRPO")
  record InLoss(
      @Doc("What a unit of KL costs") @Default("0.04") double beta,
      @Doc("k2 or k3: the mean gradient of k1 is 0, so it would hold nothing") @Default("k3")
          KlEstimator estimator)
      implements KlPenalty {
    public InLoss {
      Check.above("in_loss.beta", 0, beta);
      if (estimator == KlEstimator.K1) {
        throw new UserError(
            "in_loss.estimator must not be k1, whose mean gradient is 0: take k2 or k3, or"
                + " in_loss_weighted, or in_reward");
      }
    }

    @Override
    public boolean inLoss() {
      return true;
    }

    @Override
    public Tensor added(Tensor each, TokenLogps tokens, RatioLevel level) {
      Tensor kl = estimator.of(tokens.policy(), tokens.held()); // (M)
      return each.add(kl.mul(Ops.scalar(beta)));
    }
  }

  /**
   * l_t + beta w_t k_t (DeepSeek-V3.2, 2025, https://arxiv.org/abs/2512.02556): the tokens are the
   * old policy's, so the KL of the new one is the weighted mean; its gradient is then the KL's, by
   * k1 and k3. Equal to TRL's use_bias_correction_kl.
   */
  @Doc(
      value = "In the loss, weighted by the ratio: no bias off policy (arXiv 2512.02556)",
      elsewhere = {"use_bias_correction_kl"})
  record InLossWeighted(
      @Doc("What a unit of KL costs") @Default("0.04") double beta,
      @Doc("How the distance is estimated") @Default("k3") KlEstimator estimator)
      implements KlPenalty {
    public InLossWeighted {
      Check.above("in_loss_weighted.beta", 0, beta);
    }

    @Override
    public boolean inLoss() {
      return true;
    }

    @Override
    public Tensor added(Tensor each, TokenLogps tokens, RatioLevel level) {
      Tensor kl = estimator.of(tokens.policy(), tokens.held()); // (M)
      return each.add(kl.mul(level.ratios(tokens)).mul(Ops.scalar(beta)));
    }
  }

  /** r_t = [t is last] score - beta k_t (Ziegler et al. 2019, eq. 2). */
  @Doc("In the reward of each token, as in PPO from human feedback (arXiv 1909.08593)")
  record InReward(
      @Doc("What a unit of KL costs") @Default("fixed") KlControl control,
      @Doc("k1: as a reward the others lead elsewhere than to the KL's optimum") @Default("k1")
          KlEstimator estimator)
      implements KlPenalty {
    /**
     * (M) the rewards of tokens.
     *
     * @param scores (N) the rewards of answers
     * @param policy (M) the log-probabilities by the policy that wrote them
     * @param reference (M) those by the reference
     * @param beta the step's coefficient
     */
    public Tensor rewards(
        Tensor scores, Tensor policy, Tensor reference, Segments answers, double beta) {
      Tensor paid = kl(policy, reference).mul(Ops.scalar(-beta)); // (M)
      return paid.index_add(0, answers.ends(), scores); // (2)
    }

    /** (N) the same by answers: score - beta sum_t k_t, for methods that know no tokens. */
    public Tensor ofAnswers(
        Tensor scores, Tensor policy, Tensor reference, Segments answers, double beta) {
      return scores.sub(answers.sums(kl(policy, reference)).mul(Ops.scalar(beta)));
    }

    private Tensor kl(Tensor policy, Tensor reference) {
      return estimator.of(policy.detach(), reference.detach());
    }
  }
}
