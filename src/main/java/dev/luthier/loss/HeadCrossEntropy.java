package dev.luthier.loss;

import dev.luthier.tensor.CustomGradient;
import dev.luthier.tensor.Kernels;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link CrossEntropy} of a frozen head, some tokens at a time, with scores in the type of the
 * states: a chunk's scores turn into their gradients where they lie, and these at once into those
 * of the states (as Hsu et al. 2024, https://arxiv.org/abs/2410.10989). Two products and two passes
 * over the scores are all there is.
 *
 * <p>Letters: M tokens, H width, V vocabulary.
 *
 * @param matrix of the head, (V, H)
 * @param tokens of a chunk, at most
 */
public record HeadCrossEntropy(Tensor matrix, long tokens, Kernels kernels) {
  /**
   * @param hidden (M, H)
   * @param targets (M) int64
   * @param denominator the targets of the step, over all its micro-batches
   */
  public Loss of(Tensor hidden, Tensor targets, double denominator) {
    Tensor gradient =
        torch.empty(
            new long[] {hidden.size(0), hidden.size(1)},
            hidden.options(),
            new MemoryFormatOptional());
    Tensor sum =
        CustomGradient.of(
            hidden,
            states -> {
              Tensor total = torch.zeros(new long[] {1, 1}, single(states));
              for (long at = 0; at < states.size(0); at += tokens) {
                try (Scope scope = new Scope()) {
                  long n = Math.min(tokens, states.size(0) - at);
                  Tensor scores = states.narrow(0, at, n).mm(matrix.t()); // (n, V)
                  Tensor losses =
                      kernels.crossEntropy(scores, targets.narrow(0, at, n), 1 / denominator);
                  total.add_(losses.sum());
                  torch.mm_out(gradient.narrow(0, at, n), scores, matrix);
                }
              }
              return total.div_(new Scalar(denominator));
            },
            scale -> gradient.mul_(scale.to(gradient.scalar_type())));
    return Loss.of(sum.squeeze());
  }

  private static TensorOptions single(Tensor like) {
    return like.options().dtype(new ScalarTypeOptional(ScalarType.Float));
  }
}
