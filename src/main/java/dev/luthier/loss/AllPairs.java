package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.tensor.Ops;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A ranking as the mean over all pairs of its answers, as Ouyang et al. 2022
 * (https://arxiv.org/abs/2203.02155, eq. 1) have it for reward models:
 *
 * <pre>
 * L = 1 / n sum over i better than j of f(s_i - s_j)
 * </pre>
 *
 * with n the number of such pairs. Answers of one rank say nothing about each other.
 */
@Doc("The mean over all pairs of a ranking; ties count for nothing (arXiv 2203.02155, eq. 1)")
public record AllPairs() implements Ranking {
  @Override
  public Tensor of(Tensor scores, Tensor ranks, UnaryOperator<Tensor> f) {
    Tensor there = ranks.gt(Ops.whole(0)); // (B, K)
    Tensor both = there.unsqueeze(2).logical_and(there.unsqueeze(1)); // (B, K, K)
    Tensor better = ranks.unsqueeze(2).lt(ranks.unsqueeze(1)).logical_and(both);
    return mean(differences(scores), better, f);
  }

  /**
   * (B) the same of grades, each pair offset by how far its grades are apart.
   *
   * @param grades (B, K), higher is better, NaN where there is no answer
   */
  public Tensor ofGrades(Tensor scores, Tensor grades, Offset offset, UnaryOperator<Tensor> f) {
    Tensor apart = differences(grades); // (B, K, K)
    Tensor better = apart.gt(Ops.scalar(0)); // NaN is not
    Tensor delta = offset.of(apart.masked_fill(better.logical_not(), Ops.scalar(1)));
    return mean(differences(scores).sub(delta), better, f);
  }

  /** a_i - a_j, (B, K, K). */
  private static Tensor differences(Tensor a) {
    return a.unsqueeze(2).sub(a.unsqueeze(1));
  }

  /** (B); pairs that do not count are 0 before f, so that they have no gradient however f goes. */
  private static Tensor mean(Tensor margins, Tensor better, UnaryOperator<Tensor> f) {
    Tensor u = margins.masked_fill(better.logical_not(), Ops.scalar(0));
    Tensor counts = better.to(u.scalar_type());
    Tensor sum = f.apply(u).mul(counts).sum(1, 2);
    return sum.div(counts.sum(1, 2).clamp_min(Ops.scalar(1)));
  }
}
