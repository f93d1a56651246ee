package dev.luthier.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss of supervised fine-tuning: -log p(target) summed over the targets of a micro-batch and
 * divided by the targets of the whole step, so that accumulating gradients over micro-batches
 * equals one large batch. Equal to transformers' ForCausalLMLoss with num_items_in_batch.
 *
 * @param labelSmoothing the share of the target that is spread evenly over the vocabulary (Szegedy
 *     et al. 2016, section 7), in [0, 1)
 */
public record CrossEntropy(double labelSmoothing) {
  private static final long SUM = 2; // at::Reduction::Sum
  private static final long NO_IGNORED_TARGET = -100;

  public CrossEntropy() {
    this(0);
  }

  /**
   * @param logits (M, V) float32
   * @param targets (M) int64
   * @param denominator the targets of the step, over all its micro-batches
   */
  public Loss of(Tensor logits, Tensor targets, double denominator) {
    Tensor sum =
        torch.cross_entropy_loss(
            logits, targets, new TensorOptional(), SUM, NO_IGNORED_TARGET, labelSmoothing);
    return Loss.of(sum.div(new Scalar(denominator)));
  }
}
