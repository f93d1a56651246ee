package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Identity Preference Optimisation (Azar et al. 2023, https://arxiv.org/abs/2310.12036):
 *
 * <pre>
 * L = (h(y_w) - h(y_l) - 1 / (2 beta))^2                                            (17)
 *   = ((u - 1/2) / beta)^2,  u = beta (h(y_w) - h(y_l))
 * </pre>
 *
 * where beta is the paper's tau. Since the margin has a target, the policy stays near the reference
 * also where the same answer always wins, and DPO would go on for ever. A margin Delta of the label
 * moves the target to (1/2 + Delta) / beta. As in TRL, h is per token unless said otherwise; the
 * paper's is of whole answers.
 */
@Doc("Identity Preference Optimisation (arXiv 2310.12036): a margin with a target, not without end")
public record Ipo(
    @Doc(
            value = "tau: the margin of log-ratios is drawn to 1 / (2 beta)",
            elsewhere = {"tau"})
        @Default("0.1")
        double beta,
    @Doc("Log-ratios per token, or of whole answers as in the paper") @Default("token") Per per)
    implements MarginLoss {
  public Ipo {
    Check.above("ipo.beta", 0, beta);
  }

  @Override
  public Tensor reward(Logps answers) {
    return per.of(answers.ratios(), answers).mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    return u.sub(Ops.scalar(0.5)).div(Ops.scalar(beta)).square(); // (17)
  }
}
