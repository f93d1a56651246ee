package dev.luthier.tensor;

import org.bytedeco.pytorch.Tensor;

/**
 * Numbers of few bits written out in one pass, as a GPU does it best: out_i = value of code_i times
 * the scale of block i. The numbers are those of libtorch's operations, to the bit.
 */
public interface Unpacker {
  /**
   * Two codes in a byte, the first in its high bits.
   *
   * @param bytes ((n + 1) / 2) uint8
   * @param pairs (256) the two float32 values of every byte as one float64
   * @param scales (n / block) float32
   * @param block numbers that share a scale, a multiple of eight and a power of two
   * @param out (rows, columns), bfloat16 or float32, perhaps within wider rows
   */
  void pairs(Tensor bytes, Tensor pairs, Tensor scales, long block, Tensor out);

  /**
   * A code in a byte.
   *
   * @param bytes (n) uint8
   * @param values (256) float32
   * @param scales as in {@link #pairs}
   * @param block as there
   * @param out as there
   */
  void bytes(Tensor bytes, Tensor values, Tensor scales, long block, Tensor out);
}
