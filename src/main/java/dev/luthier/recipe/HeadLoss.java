package dev.luthier.recipe;

import dev.luthier.loss.Chunked;
import dev.luthier.loss.HeadCrossEntropy;
import dev.luthier.loss.Loss;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Kernels;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Head and loss over the tokens of a vocabulary, some targets at a time, in the cheapest of the
 * forms that are equal. Letters: M targets, H width, V vocabulary.
 *
 * @param matrix of the head (V, H), if scores are its product with the states and the loss is the
 *     usual one
 */
record HeadLoss(Chunked chunked, Supplier<Optional<Tensor>> matrix) {
  /** What scores are worth. */
  interface Cost {
    Loss of(Tensor scores, Tensor targets, double denominator); // (C, V) float32, (C)
  }

  /**
   * @param hidden (M, H)
   * @param targets (M)
   */
  Loss of(Tensor hidden, Tensor targets, double denominator, Cost cost) {
    Optional<Kernels> kernels = Fusion.on(chunked.compute());
    Optional<Tensor> plain = kernels.flatMap(k -> matrix.get());
    return plain.isPresent()
        ? new HeadCrossEntropy(plain.get(), chunked.tokens(), kernels.get())
            .of(hidden, targets, denominator)
        : Loss.of(
            chunked.sum(hidden, targets, (s, right) -> cost.of(s, right, denominator).total()));
  }
}
