package dev.luthier.loss;

import org.bytedeco.pytorch.Tensor;

/**
 * P pairs of answers to a prompt each.
 *
 * @param chosen (P) the answers that are held to be better
 * @param rejected (P) the others
 */
public record PairLogps(Logps chosen, Logps rejected) {
  /** All tensors are (P) float32. */
  public PairLogps(
      Tensor chosen,
      Tensor rejected,
      Tensor refChosen,
      Tensor refRejected,
      Tensor chosenTokens,
      Tensor rejectedTokens) {
    this(
        new Logps(chosen, chosenTokens, refChosen),
        new Logps(rejected, rejectedTokens, refRejected));
  }

  /** The same pairs, the other answer held to be better. */
  public PairLogps swapped() {
    return new PairLogps(rejected, chosen);
  }
}
