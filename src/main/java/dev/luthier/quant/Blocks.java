package dev.luthier.quant;

import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Walks a vector block by block in parts that fit a cache, so that what the work needs beside its
 * result stays small however long the vector is.
 *
 * @param block numbers that share a scale
 * @param part numbers that are worked on at a time, at most; a longer block is one part
 */
record Blocks(int block, long part) {
  private static final long CPU_PART = 1 << 17;
  private static final long GPU_PART = 1 << 22;

  /** What is done with one part. */
  interface Work {
    /**
     * @param at the part's first number
     * @param row its first block
     * @param rows how many blocks it is
     * @param width numbers of each
     */
    void with(long at, long row, long rows, long width);
  }

  static Blocks of(int block, Compute compute) {
    Check.atLeast("block", 1L, block);
    return new Blocks(block, compute.isCuda() ? GPU_PART : CPU_PART);
  }

  /** How many blocks so many numbers make; the last may be shorter. */
  long count(long n) {
    return (n + block - 1) / block;
  }

  /** Each part in a scope of its own and without recording; a shorter last block comes alone. */
  void each(long n, Work work) {
    long full = n / block;
    long most = Math.max(1, part / block);
    try (AutoGradMode off = Ops.noGrad()) {
      for (long row = 0; row < full; row += most) {
        one(row, Math.min(most, full - row), block, work);
      }
      if (n % block > 0) {
        one(full, 1, n % block, work);
      }
    }
  }

  private void one(long row, long rows, long width, Work work) {
    try (Scope scope = new Scope()) {
      work.with(row * block, row, rows, width);
    }
  }

  /** A part of a vector as float32 rows on a device. */
  static Tensor rows(Tensor vector, long at, long rows, long width, Compute compute) {
    return vector
        .narrow(0, at, rows * width)
        .to(compute.torchDevice(), ScalarType.Float)
        .view(rows, width);
  }

  /** The largest magnitude of every row. */
  static Tensor absmax(Tensor rows) {
    return rows.abs().amax(new long[] {1}, false);
  }

  /** Rows over their largest magnitudes; a row of zeros stays one. */
  static Tensor scaled(Tensor rows, Tensor absmax) {
    // 1/N is finite also where N is zero or hardly more: 0 times it is 0
    Tensor inverse = absmax.reciprocal().clamp_max_(Ops.scalar(Float.MAX_VALUE));
    return rows.mul(inverse.unsqueeze(1));
  }
}
