package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Simple Preference Optimization (Meng et al. 2024, https://arxiv.org/abs/2405.14734): the reward
 * is what generation goes by, the mean log-probability, and no reference is needed:
 *
 * <pre>
 * r(y) = beta / |y| log pi(y | x)                                                    (4)
 * L = -log sigmoid(r(y_w) - r(y_l) - gamma)                                          (6)
 * </pre>
 *
 * Equal to TRL's simpo without cpo_alpha; with it: a {@link Mixture} with {@link Nll}.
 */
@Name("simpo")
@Doc("Simple Preference Optimization: mean log-probability as reward (arXiv 2405.14734)")
public record SimPo(
    @Doc("What a mean log-probability is multiplied with; the authors take 2 to 10") @Default("2")
        double beta,
    @Doc(
            value = "gamma: by how much reward the chosen answer has to lead",
            elsewhere = {"simpo_gamma"})
        @Default("0.5")
        double gamma)
    implements MarginLoss {
  public SimPo {
    Check.above("simpo.beta", 0, beta);
    Check.atLeast("simpo.gamma", 0.0, gamma);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.means().mul(Ops.scalar(beta)); // (4)
  }

  @Override
  public double lead() {
    return gamma;
  }

  @Override
  public Tensor at(Tensor u) {
    return torch.log_sigmoid(u).neg(); // (6)
  }

  @Override
  public boolean reference() {
    return false;
  }
}
