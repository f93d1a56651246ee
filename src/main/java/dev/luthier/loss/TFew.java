package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of T-Few (Liu et al. 2022, https://arxiv.org/abs/2205.05638, section 3.2) for a prompt
 * x, the right answer y of T tokens, and N wrong ones y^n of T^n tokens:
 *
 * <pre>
 * L_LM = -1/T sum_t log p(y_t | x, y_{&lt;t})                                          (1)
 * L_UL = -sum_n sum_t log(1 - p(y^n_t | x, y^n_{&lt;t})) / sum_n T^n                   (2)
 * beta(x, y) = 1/T sum_t log p(y_t | x, y_{&lt;t})
 * L_LN = -log(exp beta(x, y) / (exp beta(x, y) + sum_n exp beta(x, y^n)))            (3)
 * </pre>
 *
 * and their sum, the mean over rows. The authors' code takes means over the tokens of a whole batch
 * and adds 0.01 inside the logarithm of (2); here both are as the equations say. Letters: B rows, C
 * choices.
 */
@Doc("What the three losses of T-Few count in their sum (arXiv 2205.05638, section 3.2)")
public record TFew(
    @Doc("L_LM: the right answer is to be likely") @Default("1") double lm,
    @Doc(
            value = "L_UL: every token of the wrong answers is to be unlikely",
            elsewhere = {"unlikely_loss", "unlikelihood"})
        @Default("1")
        double ul,
    @Doc(
            value =
                "L_LN: the right answer is to be the likeliest one, by the mean log-probability of"
                    + " its tokens",
            elsewhere = {"mc_loss", "length_norm"})
        @Default("1")
        double ln) {
  public TFew {
    Check.atLeast("rank_classify.loss.lm", 0.0, lm);
    Check.atLeast("rank_classify.loss.ul", 0.0, ul);
    Check.atLeast("rank_classify.loss.ln", 0.0, ln);
    if (lm + ul + ln == 0) {
      throw new UserError("rank_classify.loss must have a part above 0, all of lm, ul, ln are 0");
    }
  }

  /** The plain sum, as in the paper. */
  public TFew() {
    this(1, 1, 1);
  }

  /**
   * @param scores of B rows with up to C choices
   * @param right (B) int64, the place of the right choice
   * @param denominator the rows of the step, over all its micro-batches
   */
  public Loss of(ChoiceScores scores, Tensor right, double denominator) {
    Tensor at = right.unsqueeze(1); // (B, 1)
    Tensor beta = scores.means(); // (B, C)
    Tensor likely = beta.gather(1, at).neg(); // (B, 1) (1)
    Tensor avoided = scores.avoided().scatter(1, at, Ops.scalar(0)).sum(1L); // (B) wrong ones only
    Tensor wrong = scores.tokens().scatter(1, at, Ops.scalar(0)).sum(1L); // (B) sum_n T^n
    Tensor unlikely = avoided.neg().div(wrong.clamp_min(Ops.scalar(1))); // (B) (2)
    Tensor likeliest = beta.log_softmax(1).gather(1, at).neg(); // (B, 1) (3)
    Tensor lmLoss = likely.sum().div(Ops.scalar(denominator));
    Tensor ulLoss = unlikely.sum().div(Ops.scalar(denominator));
    Tensor lnLoss = likeliest.sum().div(Ops.scalar(denominator));
    Tensor total =
        lmLoss.mul(Ops.scalar(lm)).add(ulLoss.mul(Ops.scalar(ul))).add(lnLoss.mul(Ops.scalar(ln)));
    return new Loss(
        total,
        List.of(
            new Loss.Term("loss_lm", lmLoss.detach()),
            new Loss.Term("loss_ul", ulLoss.detach()),
            new Loss.Term("loss_ln", lnLoss.detach())));
  }
}
