package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * DiscoPOP, the log-ratio modulated loss that a language model found (Lu et al. 2024,
 * https://arxiv.org/abs/2406.08414, eq. 5):
 *
 * <pre>
 * L = (1 - s) -log sigmoid(u) + s exp(-u),  s = sigmoid(u / tau)
 * </pre>
 *
 * It is not convex, and with tau = 0.05 it rises from about u = -0.1 to 0.1. Equal to TRL's
 * discopop.
 */
@Doc("DiscoPOP: logistic where a pair is lost, exponential where it is won (arXiv 2406.08414)")
public record Discopop(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc(
            value = "How wide the passage between the two is",
            elsewhere = {"discopop_tau"})
        @Default("0.05")
        double tau)
    implements MarginLoss {
  public Discopop {
    Check.above("discopop.beta", 0, beta);
    Check.above("discopop.tau", 0, tau);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    Tensor rest = u.div(Ops.scalar(-tau)).sigmoid(); // 1 - s
    // s exp(-u) = exp(-u + log s): finite also where u is far below 0
    Tensor exponential = u.neg().add(torch.log_sigmoid(u.div(Ops.scalar(tau)))).exp();
    return torch.log_sigmoid(u).neg().mul(rest).add(exponential); // (5)
  }
}
