package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows of a cache that are copied to others, perhaps of the same one: all are read before the first
 * is written.
 *
 * @param places how many of each row
 */
record CachedRows(int[] from, int[] to, int places) {
  /** Copies them in every layer, tensors (rows, G, places, D). */
  void copy(Tensor[] source, Tensor[] target, Compute compute) {
    try (Scope scope = new Scope()) {
      Tensor rows = Ops.longs(Arrays.stream(from).asLongStream().toArray(), compute);
      Tensor places = Ops.longs(Arrays.stream(to).asLongStream().toArray(), compute);
      for (int i = 0; i < source.length; i++) {
        Tensor copied = source[i].narrow(2, 0, this.places).index_select(0, rows);
        target[i].narrow(2, 0, this.places).index_copy_(0, places, copied);
      }
    }
  }
}
