package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Odds Ratio Preference Optimization (Hong et al. 2024, https://arxiv.org/abs/2403.07691): one
 * stage without a reference. With p(y) = exp(log pi(y | x) / |y|),
 *
 * <pre>
 * odds(y) = p(y) / (1 - p(y))                                                        (4)
 * L = L_SFT(y_w) + lambda L_OR                                                       (6)
 * L_OR = -log sigmoid(log odds(y_w) - log odds(y_l))                                 (7)
 * </pre>
 *
 * L_SFT is the mean over the answer's tokens, pair by pair; TRL's is over all tokens at once, the
 * prompt's among them. L_OR is equal to TRL's term. The other ORPO is {@link OutcomeOrpo}.
 */
@Doc("Odds Ratio Preference Optimization: fine-tuning and preference in one (arXiv 2403.07691)")
public record Orpo(
    @Doc(
            value = "What the odds ratio counts beside the likelihood of the chosen answer",
            elsewhere = {"beta"})
        @Default("0.1")
        double lambda)
    implements OrderLoss {
  /** Where p would round to 1 the odds stay finite. */
  private static final double SURE = -1e-6;

  public Orpo {
    Check.above("orpo.lambda", 0, lambda);
  }

  @Override
  public String name() {
    return "orpo";
  }

  /** log odds(y) = log p - log(1 - p). */
  @Override
  public Tensor reward(Logps answers) {
    Tensor log = answers.means().clamp_max(Ops.scalar(SURE)); // log p
    return log.sub(log.expm1().neg().log()); // (4)
  }

  /** (P) L_OR. */
  public Tensor oddsRatio(PairLogps pairs) {
    return torch.log_sigmoid(reward(pairs.chosen()).sub(reward(pairs.rejected()))).neg(); // (7)
  }

  @Override
  public Tensor of(PairLogps pairs) {
    return new Nll().of(pairs).add(oddsRatio(pairs).mul(Ops.scalar(lambda))); // (6)
  }

  @Override
  public boolean reference() {
    return false;
  }
}
