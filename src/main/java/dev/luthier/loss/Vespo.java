package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Variational Sequence-Level Soft Policy Optimization (Shen et al. 2026,
 * https://arxiv.org/abs/2602.10693): the policy gradient of whole answers, weighted by a soft
 * function of the whole answer's ratio W without any division by its length,
 *
 * <pre>
 * W_i = pi(y_i | x) / pi_old(y_i | x)
 * phi(W) = W^k exp(lambda (1 - W)),  k and lambda by the sign of A
 * L = 1/M sum_it -sg(phi(W_i)) A_i log pi(y_it | x, y_i,&lt;t)
 * </pre>
 *
 * where sg has no gradient. phi(1) = 1, it is largest at W = k / lambda, and fades to both sides:
 * for answers that are many steps old. W counts from 1e-8 to e^20. Where a sampler of its own wrote
 * the answers, its log-probabilities are the old ones here. Equal to TRL's vespo.
 */
@Doc("A soft weight of whole answers, for old answers (arXiv 2602.10693)")
public record Vespo(
    @Doc(
            value = "k of good answers",
            elsewhere = {"vespo_k_pos"})
        @Default("2")
        double kPos,
    @Doc(
            value = "lambda of good answers",
            elsewhere = {"vespo_lambda_pos"})
        @Default("3")
        double lambdaPos,
    @Doc(
            value = "k of bad answers",
            elsewhere = {"vespo_k_neg"})
        @Default("3")
        double kNeg,
    @Doc(
            value = "lambda of bad answers",
            elsewhere = {"vespo_lambda_neg"})
        @Default("2")
        double lambdaNeg)
    implements GroupLoss {
  private static final double LEAST = Math.log(1e-8);
  private static final double MOST = 20;

  public Vespo {
    Check.atLeast("vespo.k_pos", 0.0, kPos);
    Check.above("vespo.lambda_pos", 0, lambdaPos);
    Check.atLeast("vespo.k_neg", 0.0, kNeg);
    Check.above("vespo.lambda_neg", 0, lambdaNeg);
  }

  @Override
  public Tensor each(TokenLogps tokens, Tensor advantages) {
    return tokens.policy().mul(phi(tokens, advantages).mul(advantages)).neg();
  }

  /** (M) the weight of each token's answer, without gradient. */
  Tensor phi(TokenLogps tokens, Tensor advantages) {
    Segments answers = tokens.answers();
    Tensor logW =
        answers
            .sums(tokens.policy().sub(tokens.old()).detach())
            .clamp_min(Ops.scalar(LEAST))
            .clamp_max(Ops.scalar(MOST)); // (N)
    Tensor good = phi(logW, kPos, lambdaPos); // (N)
    Tensor bad = phi(logW, kNeg, lambdaNeg); // (N)
    return torch.where(advantages.ge(Ops.scalar(0)), answers.spread(good), answers.spread(bad));
  }

  /** exp(k log W + lambda (1 - W)). */
  private static Tensor phi(Tensor logW, double k, double lambda) {
    Tensor beyond = logW.exp().neg().add(Ops.scalar(1)).mul(Ops.scalar(lambda));
    return logW.mul(Ops.scalar(k)).add(beyond).exp();
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.TOKENS;
  }

  /** The mean weight of answers. */
  @Override
  public List<Loss.Term> terms(TokenLogps tokens, Tensor advantages, StepSize step) {
    Tensor phi = phi(tokens, advantages);
    return List.of(new Loss.Term("vespo_phi", Aggregation.ANSWERS.of(phi, tokens.answers(), step)));
  }

  @Override
  public boolean takesCorrection() {
    return false;
  }
}
