package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Anchored Preference Optimization, zero (D'Oosterlinck et al. 2024,
 * https://arxiv.org/abs/2408.06266, eq. 7): the chosen answer is to rise and the rejected one to
 * fall, both less and less,
 *
 * <pre>
 * L = 1 - sigmoid(r(y_w)) + sigmoid(r(y_l)),  r = beta h
 * </pre>
 *
 * For data whose chosen answers are better than what the model writes. Equal to TRL's apo_zero.
 */
@Doc("Anchored Preference Optimization that raises the chosen answer (arXiv 2408.06266)")
public record ApoZero(@Doc("How dear it is to leave the reference") @Default("0.1") double beta)
    implements OrderLoss {
  public ApoZero {
    Check.above("apo_zero.beta", 0, beta);
  }

  @Override
  public String name() {
    return "apo_zero";
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs) {
    Tensor chosen = reward(pairs.chosen()); // (P)
    Tensor rejected = reward(pairs.rejected()); // (P)
    return chosen.neg().sigmoid().add(rejected.sigmoid()); // (7)
  }
}
