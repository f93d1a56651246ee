package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Efficient Exact Optimization for pairs (Ji et al. 2024, https://arxiv.org/abs/2402.00856, eq.
 * 16): the reverse KL from the policy's choice between the two answers to the raters',
 *
 * <pre>
 * q = sigmoid(beta (h(y_w) - h(y_l))),  t = 1 - epsilon
 * L = q (log q - log t) + (1 - q) (log(1 - q) - log(1 - t))
 * </pre>
 *
 * A soft label p makes t = p (1 - epsilon) + (1 - p) epsilon, which is the raters' choice itself. A
 * margin has no place: how much better an answer is would be said by t. Equal to TRL's exo_pair.
 */
@Doc("Efficient Exact Optimization: reverse KL to the raters' choice (arXiv 2402.00856)")
public record ExoPair(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc(
            "epsilon: how probable it is that the rejected answer is better; > 0, as log epsilon counts")
        @Default("0.001")
        double labelSmoothing)
    implements PairLoss {
  public ExoPair {
    Check.above("exo_pair.beta", 0, beta);
    Check.below("exo_pair.label_smoothing", 0, 0.5, labelSmoothing);
    if (labelSmoothing == 0) {
      throw new UserError("exo_pair.label_smoothing must be > 0, was 0");
    }
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs, PairLabels labels) {
    labels.refuseMargin("exo_pair");
    Tensor u = reward(pairs.chosen()).sub(reward(pairs.rejected())); // (P)
    Tensor one = torch.ones_like(u);
    Tensor sure = one.mul(Ops.scalar(1 - labelSmoothing));
    Tensor unsure = one.mul(Ops.scalar(labelSmoothing));
    Tensor t = labels.expected(sure, () -> unsure); // (P)
    Tensor chosen = torch.log_sigmoid(u).sub(t.log()); // log q - log t
    Tensor rejected = torch.log_sigmoid(u.neg()).sub(one.sub(t).log());
    return u.sigmoid().mul(chosen).add(u.neg().sigmoid().mul(rejected)); // (16)
  }
}
