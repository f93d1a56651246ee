package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * A loss that sees of a pair only the margin u = r(y_w) - r(y_l) between the rewards of its
 * answers. So it has a place for all labels: with a margin Delta and a probability p,
 *
 * <pre>
 * L = p f(u') + (1 - p) f(-u'),  u' = u - Delta
 * </pre>
 *
 * where Delta is the offset of Amini et al. 2024 (https://arxiv.org/abs/2402.10571): the chosen
 * answer has to lead by as much before the loss counts it as won.
 */
@Doc("A loss of the margin between the rewards of two answers")
public sealed interface MarginLoss extends PairLoss
    permits AlphaPo, Cpo, Discopop, Dpo, Gpo, Hinge, Ipo, Robust, SimPo {
  /** f(u), in the shape of u. */
  Tensor at(Tensor u);

  /** What the method itself asks the chosen answer to lead by. */
  default double lead() {
    return 0;
  }

  /** (P) r(y_w) - r(y_l). */
  default Tensor margin(PairLogps pairs) {
    return reward(pairs.chosen()).sub(reward(pairs.rejected()));
  }

  @Override
  default Tensor of(PairLogps pairs, PairLabels labels) {
    Tensor u = labels.beyondMargin(margin(pairs)); // (P) u - Delta
    Tensor beyond = lead() == 0 ? u : u.sub(Ops.scalar(lead()));
    return labels.expected(at(beyond), () -> at(beyond.neg()));
  }

  @Override
  default boolean takesMargins() {
    return true;
  }
}
