package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Anchored Preference Optimization, down (D'Oosterlinck et al. 2024,
 * https://arxiv.org/abs/2408.06266, eq. 8): both answers are to fall, the rejected one faster,
 *
 * <pre>
 * L = sigmoid(r(y_w)) + 1 - sigmoid(r(y_w) - r(y_l)),  r = beta h
 * </pre>
 *
 * For data whose chosen answers are worse than what the model writes. Equal to TRL's apo_down.
 */
@Doc("Anchored Preference Optimization that lowers both answers (arXiv 2408.06266)")
public record ApoDown(@Doc("How dear it is to leave the reference") @Default("0.1") double beta)
    implements OrderLoss {
  public ApoDown {
    Check.above("apo_down.beta", 0, beta);
  }

  @Override
  public String name() {
    return "apo_down";
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs) {
    Tensor chosen = reward(pairs.chosen()); // (P)
    Tensor rejected = reward(pairs.rejected()); // (P)
    return chosen.sigmoid().add(rejected.sub(chosen).sigmoid()); // (8)
  }
}
