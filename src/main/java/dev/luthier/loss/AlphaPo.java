package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * AlphaPO (Gupta et al. 2025, https://arxiv.org/abs/2501.03884): {@link SimPo} with a reward of
 * another shape. With p(y) = exp(log pi(y | x) / |y|),
 *
 * <pre>
 * r(y) = beta (1 - p(y)^-alpha) / alpha
 * L = -log sigmoid(r(y_w) - r(y_l) - gamma)
 * </pre>
 *
 * In the limit of alpha = 0 the reward is SimPO's, beta log p. Above it, what an unlikely answer
 * loses by becoming less likely grows. Equal to TRL's simpo with alpha.
 */
@Name("alphapo")
@Doc("AlphaPO: SimPO with a reward of another shape (arXiv 2501.03884)")
public record AlphaPo(
    @Doc("The reward's unit") @Default("2") double beta,
    @Doc("gamma: by how much reward the chosen answer has to lead") @Default("0.5") double gamma,
    @Doc("The reward's shape; towards 0 it is simpo") @Default("0.25") double alpha)
    implements MarginLoss {
  public AlphaPo {
    Check.above("alphapo.beta", 0, beta);
    Check.atLeast("alphapo.gamma", 0.0, gamma);
    Check.within("alphapo.alpha", -10, 10, alpha);
    if (alpha == 0) {
      throw new UserError("alphapo.alpha must not be 0; that is simpo");
    }
  }

  @Override
  public Tensor reward(Logps answers) {
    Tensor exponent = answers.means().mul(Ops.scalar(-alpha)); // log p^-alpha
    Tensor power = exponent.clamp_max(Ops.scalar(Divergence.LARGEST)).expm1(); // p^-alpha - 1
    return power.mul(Ops.scalar(-beta / alpha));
  }

  @Override
  public double lead() {
    return gamma;
  }

  @Override
  public Tensor at(Tensor u) {
    return torch.log_sigmoid(u).neg();
  }

  @Override
  public boolean reference() {
    return false;
  }
}
