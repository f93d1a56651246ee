package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Kahneman-Tversky Optimization (Ethayarajh et al. 2024, https://arxiv.org/abs/2402.01306, eq. 8):
 * answers are worth what they gain or lose against a point of reference z_0, each kind with its own
 * weight lambda,
 *
 * <pre>
 * L = lambda_D (1 - sigmoid(beta (h - z_0)))   for a desirable answer
 * L = lambda_U (1 - sigmoid(beta (z_0 - h)))   for an undesirable one
 * z_0 = max(0, mean of log(pi(y' | x) / pi_ref(y' | x)))  over answers y' of other prompts
 * </pre>
 *
 * z_0 estimates KL(pi, pi_ref), and has no gradient. Equal to TRL's kto.
 */
@Doc("Kahneman-Tversky Optimization: answers said to be good or bad (arXiv 2402.01306)")
public record Kto(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc("lambda_D: what a good answer counts") @Default("1") double desirableWeight,
    @Doc(
            "lambda_U: what a bad answer counts; the authors keep lambda_D n_D / (lambda_U n_U) from"
                + " 1 to 3/2")
        @Default("1")
        double undesirableWeight)
    implements LabelledLoss {
  public Kto {
    Check.above("kto.beta", 0, beta);
    Check.above("kto.desirable_weight", 0, desirableWeight);
    Check.above("kto.undesirable_weight", 0, undesirableWeight);
  }

  /**
   * z_0 of a batch, ().
   *
   * @param mismatched answers under the prompts of other rows
   */
  public static Tensor origin(Logps mismatched) {
    return mismatched.ratios().mean().clamp_min(Ops.scalar(0)).detach();
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    return u.neg().sigmoid(); // (8) 1 - sigmoid(u)
  }
}
