package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The Plackett-Luce model of a ranking (Plackett 1975, Luce 1959; Rafailov et al. 2023,
 * https://arxiv.org/abs/2305.18290, eq. 18): the best answer is drawn from all by the softmax of
 * the scores, the next from the rest, and so on. For scores s_1 ... s_K in the order of the ranking
 *
 * <pre>
 * L = -sum_k log(exp s_k / sum_{j >= k} exp s_j) = sum_k f(u_k)
 * u_k = s_k - log sum_{j > k} exp s_j,  f(u) = log(1 + exp(-u))
 * </pre>
 *
 * so each stage is a margin against all that come after, and any f of gpo has its place. With K = 2
 * it is Bradley-Terry. Ties are refused: a ranking with one is not drawn by this model.
 */
@Doc("One answer after the other is drawn from those left, by softmax; knows no ties")
public record PlackettLuce() implements Ranking {
  /** Below every score, and finite, so that gradients are. */
  private static final double NOTHING = -1e30;

  @Override
  public Tensor of(Tensor scores, Tensor ranks, UnaryOperator<Tensor> f) {
    Tensor none = ranks.eq(Ops.whole(0)); // (B, K)
    Tensor last = ranks.masked_fill(none, Ops.whole(Long.MAX_VALUE));
    Tensor order = last.argsort(1, false); // (B, K) answers, best first
    Tensor sorted = last.gather(1, order);
    refuseTies(sorted);
    long stages = ranks.size(1) - 1;
    Tensor absent = none.gather(1, order); // (B, K)
    Tensor s = scores.gather(1, order).masked_fill(absent, Ops.scalar(NOTHING)); // (B, K)
    Tensor rest = s.flip(1).logcumsumexp(1).flip(1).narrow(1, 1, stages); // log sum_{j > k} exp s_j
    Tensor over = absent.narrow(1, 1, stages); // (B, K - 1) nothing is left to lose against
    Tensor u = s.narrow(1, 0, stages).sub(rest).masked_fill(over, Ops.scalar(0));
    return f.apply(u).masked_fill(over, Ops.scalar(0)).sum(1L);
  }

  /**
   * The loss of a reward model: the sum over rankings.
   *
   * @param scores (B, K) float32
   * @param ranks (B, K) int64: 1 is best, 0 stands where there is no answer
   * @param denominator the rankings of the step, over all its micro-batches
   */
  public Loss of(Tensor scores, Tensor ranks, double denominator) {
    Tensor total = of(scores, ranks, new Convex.Logistic()::of).sum();
    Tensor some = ranks.gt(Ops.whole(0));
    Tensor best =
        scores
            .masked_fill(some.logical_not(), Ops.scalar(NOTHING))
            .argmax(new LongOptional(1), false);
    Tensor right = ranks.gather(1, best.unsqueeze(1)).eq(Ops.whole(1)); // (B, 1)
    return new Loss(
        total.div(Ops.scalar(denominator)),
        List.of(
            new Loss.Term(
                "accuracy", right.to(scores.scalar_type()).sum().div(Ops.scalar(denominator)))));
  }

  private static void refuseTies(Tensor sorted) {
    long n = sorted.size(1) - 1;
    Tensor next = sorted.narrow(1, 1, n);
    Tensor tied = sorted.narrow(1, 0, n).eq(next).logical_and(next.ne(Ops.whole(Long.MAX_VALUE)));
    if (torch.any(tied).item_bool()) {
      throw new UserError(
          "a ranking has two answers of one rank, and plackett_luce knows no ties; take all_pairs, or leave such rows out");
    }
  }
}
