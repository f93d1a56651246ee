package dev.luthier.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss of several labels at once: -(y log p + (1 - y) log(1 - p)) with p = sigmoid(logit),
 * summed over all cells of a micro-batch and divided by the cells of the whole step. Over one batch
 * equal to torch.nn.BCEWithLogitsLoss.
 */
public record BinaryCrossEntropy() {
  private static final long SUM = 2; // at::Reduction::Sum

  /**
   * @param logits (B, L) float32
   * @param targets (B, L) float32, from 0 to 1
   * @param denominator the cells of the step, over all its micro-batches
   */
  public Loss of(Tensor logits, Tensor targets, double denominator) {
    Tensor sum =
        torch.binary_cross_entropy_with_logits(
            logits, targets, new TensorOptional(), new TensorOptional(), SUM);
    return Loss.of(sum.div(new Scalar(denominator)));
  }
}
