package dev.luthier.loss;

import dev.luthier.doc.Doc;
import org.bytedeco.pytorch.Tensor;

/**
 * The plain policy gradient (Williams 1992, REINFORCE):
 *
 * <pre>
 * L = 1/N sum_i sum_t -A_it log pi(y_it | x, y_i,&lt;t)
 * </pre>
 *
 * Its gradient is that of the expected reward where the answers are the policy's own. It has no
 * ratio: further steps on the same answers are off policy and nothing corrects them.
 */
@Doc("The plain policy gradient, for one step on each answer")
public record Reinforce() implements GroupLoss {
  @Override
  public Tensor each(TokenLogps tokens, Tensor advantages) {
    return tokens.policy().mul(advantages).neg();
  }

  @Override
  public GroupAdvantage advantage() {
    return new GroupAdvantage(Baseline.BATCH, ScaleRewards.NONE);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.SUMS;
  }

  @Override
  public boolean hasRatio() {
    return false;
  }
}
