package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * From tokens end to end to the grid that attention wants, and back. Letters: N tokens, B
 * sequences, T the longest, D width of a head.
 *
 * @param to (B T) rows of the flat batch; none where all sequences are as long and share nothing
 * @param from (N) rows of the grid; none where there is no to
 */
record Grid(int count, int longest, @Nullable Tensor to, @Nullable Tensor from) {
  static Grid of(Sequences batch, Compute compute) {
    int longest = batch.longest();
    int n = batch.tokens();
    if (n == batch.count() * longest && !batch.shared().any()) {
      return new Grid(batch.count(), longest, null, null);
    }
    long[] cells = new long[n];
    long[] rows = new long[batch.count() * longest];
    int[] lengths = batch.lengths();
    for (int b = 0, row = 0; b < lengths.length; b++) {
      for (int t = 0; t < lengths[b]; t++, row++) {
        cells[row] = (long) b * longest + t;
        rows[b * longest + t] = batch.shared().place(row);
      }
    }
    return new Grid(
        batch.count(),
        longest,
        Ops.longs(rows, compute),
        Ops.longs(batch.shared().once(cells), compute));
  }

  /** Whether every cell has a token. */
  boolean full() {
    return to == null;
  }

  /** (N, heads, D) -> (B, heads, T, D). */
  Tensor grid(Tensor x) {
    Tensor cells = to == null ? x : x.index_select(0, to);
    return cells.view(count, longest, x.size(1), x.size(2)).transpose(1, 2);
  }

  /**
   * One token of each sequence: the queries of a group stand as if they were successive positions,
   * (N, A, D) -> (B, G, A/G, D), so that no key is repeated for them.
   */
  Tensor byGroup(Tensor queries, long groups) {
    return queries.reshape(count, groups, queries.size(1) / groups, queries.size(2));
  }

  /** (B, heads, T, D) -> (N, heads D). */
  Tensor flat(Tensor y) {
    Tensor cells = y.transpose(1, 2).reshape((long) count * longest, y.size(1) * y.size(3));
    return from == null ? cells : cells.index_select(0, from);
  }
}
