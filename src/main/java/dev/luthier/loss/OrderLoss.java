package dev.luthier.loss;

import dev.luthier.doc.Doc;
import org.bytedeco.pytorch.Tensor;

/**
 * A loss that is told which answer is better and not by how much: it judges each answer by itself,
 * so there is no margin to offset. A probability p gives p L(y_w, y_l) + (1 - p) L(y_l, y_w).
 */
@Doc("A loss of which of two answers is the better one")
public sealed interface OrderLoss extends PairLoss
    permits ApoDown, ApoZero, BcoPair, NcaPair, Nll, Orpo, SppoHard {
  /** (P) the loss where the chosen answer is better. */
  @Override
  Tensor of(PairLogps pairs);

  /** As a recipe names it. */
  String name();

  @Override
  default Tensor of(PairLogps pairs, PairLabels labels) {
    labels.refuseMargin(name());
    return labels.expected(of(pairs), () -> of(pairs.swapped()));
  }
}
