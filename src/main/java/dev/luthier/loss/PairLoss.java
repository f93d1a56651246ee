package dev.luthier.loss;

import dev.luthier.doc.Doc;
import org.bytedeco.pytorch.Tensor;

/**
 * A loss of pairs of answers. Letters: P pairs, h(y) = log(pi(y | x) / pi_ref(y | x)), y_w and y_l
 * the chosen and the rejected answer.
 */
@Doc("What a pair of answers teaches (docs/preferences.md)")
public sealed interface PairLoss extends PreferenceLoss
    permits MarginLoss, OrderLoss, ExoPair, Aot, AotUnpaired, Mixture {
  /**
   * (P) the loss of every pair.
   *
   * @throws dev.luthier.error.UserError if the labels say what the loss has no place for
   */
  Tensor of(PairLogps pairs, PairLabels labels);

  /** (P) the loss of pairs with plain labels. */
  default Tensor of(PairLogps pairs) {
    return of(pairs, PairLabels.PLAIN);
  }

  /** The reward that the loss takes each answer to have, in the shape of the answers. */
  Tensor reward(Logps answers);

  /** Whether it compares with a reference. */
  default boolean reference() {
    return true;
  }

  /** Whether labels may have margins. */
  default boolean takesMargins() {
    return false;
  }

  /** Whether labels may have probabilities. */
  default boolean takesProbabilities() {
    return true;
  }

  /** Whether it is no sum over pairs, so that a step must not be cut into micro-batches. */
  default boolean wholeStep() {
    return false;
  }
}
