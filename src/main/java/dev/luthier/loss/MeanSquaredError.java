package dev.luthier.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of regression: (prediction - target)^2 summed over all cells of a micro-batch and
 * divided by the cells of the whole step. Over one batch equal to torch.nn.MSELoss.
 */
public record MeanSquaredError() {
  /**
   * @param predictions (B, L) float32
   * @param targets (B, L) float32
   * @param denominator the cells of the step, over all its micro-batches
   */
  public Loss of(Tensor predictions, Tensor targets, double denominator) {
    return Loss.of(predictions.sub(targets).square().sum().div(new Scalar(denominator)));
  }
}
