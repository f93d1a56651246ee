package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Clipped IS-weight Policy Optimization (MiniMax 2025, MiniMax-M1,
 * https://arxiv.org/abs/2506.13585, eq. 4 and 5):
 *
 * <pre>
 * L = 1/M sum_it -sg(min(w_it, epsilon_high)) A_i log pi(y_it | x, y_i,&lt;t)          (4), (5)
 * </pre>
 *
 * where sg has no gradient. The weight is clipped, not the update: a rare token whose ratio jumped,
 * often the one at which an answer turns, still teaches, with a bounded weight. As in TRL and in
 * ScaleRL (https://arxiv.org/abs/2510.13786) the bound is epsilon_high itself, not 1 +
 * epsilon_high, and there is none below.
 */
@Doc("Weights are clipped instead of updates, so that every token teaches (arXiv 2506.13585)")
public record Cispo(@Doc("The most that a token's weight may be") @Default("5") double epsilonHigh)
    implements GroupLoss {
  public Cispo {
    Check.above("cispo.epsilon_high", 0, epsilonHigh);
  }

  @Override
  public Tensor each(TokenLogps tokens, Tensor advantages) {
    Tensor weight = ratios(tokens).clamp_max(Ops.scalar(epsilonHigh)); // (5)
    return tokens.policy().mul(weight.mul(advantages)).neg(); // (4)
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.TOKENS; // (4)
  }

  /** The share of tokens whose weight is cut though they are to become likelier. */
  @Override
  public List<Loss.Term> terms(TokenLogps tokens, Tensor advantages, StepSize step) {
    Tensor cut = ratios(tokens).gt(Ops.scalar(epsilonHigh));
    Tensor both = cut.logical_and(advantages.gt(Ops.scalar(0))).to(advantages.scalar_type());
    return List.of(
        new Loss.Term("cispo_clip_ratio", Aggregation.TOKENS.of(both, tokens.answers(), step)));
  }

  private static Tensor ratios(TokenLogps tokens) {
    return tokens.logRatios().detach().exp();
  }
}
