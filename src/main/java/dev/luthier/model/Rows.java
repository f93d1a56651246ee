package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import org.bytedeco.pytorch.Tensor;

/** Where sequences lie in a batch. */
final class Rows {
  private Rows() {}

  /** The rows of the first tokens, (B). */
  static Tensor first(Sequences batch, Compute compute) {
    return Ops.longs(starts(batch.lengths()), compute);
  }

  /** The rows of the last tokens, (B). */
  static Tensor last(Sequences batch, Compute compute) {
    long[] rows = starts(batch.lengths());
    for (int b = 0; b < rows.length; b++) {
      rows[b] += batch.lengths()[b] - 1;
    }
    return Ops.longs(rows, compute);
  }

  private static long[] starts(int[] lengths) {
    long[] out = new long[lengths.length];
    for (int b = 1; b < out.length; b++) {
      out[b] = out[b - 1] + lengths[b - 1];
    }
    return out;
  }
}
