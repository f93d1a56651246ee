package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Self-Play Preference Optimization (Wu et al. 2024, https://arxiv.org/abs/2405.00675, eq. 4.7),
 * with the probability of winning at 1 for the chosen answer and 0 for the rejected one:
 *
 * <pre>
 * L = (h(y_w) - 1 / (2 beta))^2 + (h(y_l) + 1 / (2 beta))^2
 * </pre>
 *
 * With soft labels p the mean over labels is, but for a constant, the paper's own loss: (h(y_w) -
 * (p - 1/2) / beta)^2 + (h(y_l) + (p - 1/2) / beta)^2. Equal to TRL's sppo_hard.
 */
@Doc("Self-Play Preference Optimization: each answer has its own target (arXiv 2405.00675)")
public record SppoHard(
    @Doc("1 / eta: each log-ratio is drawn to 1 / (2 beta) or its negative") @Default("0.1")
        double beta)
    implements OrderLoss {
  public SppoHard {
    Check.above("sppo_hard.beta", 0, beta);
  }

  @Override
  public String name() {
    return "sppo_hard";
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs) {
    Tensor chosen = reward(pairs.chosen()); // (P)
    Tensor rejected = reward(pairs.rejected()); // (P)
    Tensor high = chosen.sub(Ops.scalar(0.5)).div(Ops.scalar(beta)).square();
    Tensor low = rejected.add(Ops.scalar(0.5)).div(Ops.scalar(beta)).square();
    return high.add(low); // (4.7)
  }
}
