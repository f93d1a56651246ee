package dev.luthier.model;

import org.bytedeco.pytorch.Tensor;

/**
 * How what a sub-layer made joins the stream of states: where bottleneck adapters come in. Letters:
 * N tokens, H width.
 */
@FunctionalInterface
public interface Joint {
  /** The sum, normed where the family norms behind it. */
  Joint PLAIN = (x, read, y, norm) -> norm.apply(x.add(y));

  /** No norm behind the sum. */
  Projection BARE = sum -> sum;

  /**
   * @param x the stream before the sub-layer, (N, H)
   * @param read what the sub-layer read: x, or x normed
   * @param y what the sub-layer made, (N, H)
   * @param norm what the family does with the sum, {@link #BARE} where nothing
   * @return the stream behind it, (N, H)
   */
  Tensor of(Tensor x, Tensor read, Tensor y, Projection norm);
}
