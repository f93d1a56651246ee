package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Contrastive Preference Optimization (Xu et al. 2024, https://arxiv.org/abs/2401.08417, eq. 3 to
 * 5): DPO with a reference that finds all answers alike, so that none is needed, and the likelihood
 * of the chosen answer beside it:
 *
 * <pre>
 * L = f(beta (log pi(y_w | x) - log pi(y_l | x))) + nll * -log pi(y_w | x) / |y_w|
 * </pre>
 *
 * with f logistic in the paper. Equal to TRL's CPO of loss_type sigmoid and hinge; its ipo is f
 * squared with twice the beta b, times 1 / (4 b^2).
 */
@Doc("Contrastive Preference Optimization: DPO without a reference (arXiv 2401.08417)")
public record Cpo(
    @Doc("What the margin of log-probabilities is multiplied with") @Default("0.1") double beta,
    @Doc(
            value = "What the likelihood of the chosen answer counts beside",
            elsewhere = {"cpo_alpha"})
        @Default("1")
        double nll,
    @Doc("The function of the margin; logistic in the paper") @Default("logistic") Convex f)
    implements MarginLoss {
  public Cpo {
    Check.above("cpo.beta", 0, beta);
    Check.atLeast("cpo.nll", 0.0, nll);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.policy().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    return f.of(u);
  }

  @Override
  public Tensor of(PairLogps pairs, PairLabels labels) {
    Tensor prefer = MarginLoss.super.of(pairs, labels); // (P)
    return nll == 0
        ? prefer
        : prefer.add(new Nll().of(pairs, labels.withoutMargin()).mul(Ops.scalar(nll)));
  }

  @Override
  public boolean reference() {
    return false;
  }
}
