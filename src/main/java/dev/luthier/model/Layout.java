package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * How the sequences of one call meet in attention: computed once, used by every layer. Everything
 * but attention works on the N tokens end to end; attention wants a grid (B, T). Sequences fill it
 * from the left, so that causality alone hides the unused cells, and no other code sees them.
 *
 * <p>Letters: N tokens, B sequences, T the longest, S keys seen at most, D width of a head.
 */
final class Layout {
  final int count; // B
  final int longest; // T
  final Rope.Angles angles;
  private final @Nullable KvCache cache;

  /** (B, 1, T, S) true where a query sees a key; none where plain causality says it. */
  final TensorOptional mask;

  final boolean causal;
  private final int seen; // S
  private final @Nullable Tensor cacheCells; // (N G) rows of the cache
  private final @Nullable Tensor toGrid; // (B T) rows of the flat batch
  private final @Nullable Tensor fromGrid; // (N) rows of the grid

  Layout(Sequences batch, @Nullable KvCache cache, Rope rope, Compute compute) {
    this.count = batch.count();
    this.longest = batch.longest();
    this.cache = cache;
    int[] starts = cache == null ? new int[count] : cache.lengths();
    int[] lengths = batch.lengths();
    int n = batch.tokens();
    long[] positions = new long[n];
    long[] cells = new long[n];
    long[] rows = new long[count * longest];
    int most = 0;
    for (int b = 0, row = 0; b < count; b++) {
      most = Math.max(most, starts[b] + lengths[b]);
      for (int t = 0; t < lengths[b]; t++, row++) {
        positions[row] = starts[b] + t;
        cells[row] = (long) b * longest + t;
        rows[b * longest + t] = row;
      }
    }
    this.seen = most;
    this.cacheCells = cache == null ? null : cache.cells(lengths);
    boolean full = n == count * longest;
    this.fromGrid = full ? null : Ops.longs(cells, compute);
    this.toGrid = full ? null : Ops.longs(rows, compute);
    this.angles = rope.angles(Ops.longs(positions, compute), seen, compute);
    boolean fresh = Arrays.stream(starts).allMatch(s -> s == 0);
    boolean oneEach = longest == 1 && Arrays.stream(starts).distinct().count() == 1;
    this.causal = fresh && longest > 1;
    this.mask =
        fresh || oneEach
            ? new TensorOptional()
            : new TensorOptional(mask(starts, longest, seen, compute));
  }

  /** What attention sees of a layer, given the new keys and values (N, G, D). */
  KvCache.Seen seen(int layer, Tensor keys, Tensor values) {
    return cache == null || cacheCells == null
        ? new KvCache.Seen(grid(keys), grid(values))
        : cache.append(layer, keys, values, cacheCells, seen);
  }

  private static Tensor mask(int[] starts, int longest, int seen, Compute compute) {
    long[] first = Arrays.stream(starts).asLongStream().toArray();
    Tensor queries =
        Ops.longs(first, compute)
            .view(-1, 1, 1, 1)
            .add(range(longest, compute).view(1, 1, -1, 1)); // (B, 1, T, 1) positions
    return range(seen, compute).view(1, 1, 1, -1).le(queries);
  }

  private static Tensor range(int n, Compute compute) {
    return torch.arange(Ops.scalar(n), compute.options(ScalarType.Long));
  }

  /** (N, heads, D) -> (B, heads, T, D). */
  Tensor grid(Tensor x) {
    Tensor cells = toGrid == null ? x : x.index_select(0, toGrid);
    return cells.view(count, longest, x.size(1), x.size(2)).transpose(1, 2);
  }

  /**
   * One token of each sequence: the queries of a group stand as if they were successive positions,
   * (N, A, D) -> (B, G, A/G, D), so that no key is repeated for them.
   */
  Tensor byGroup(Tensor queries, long groups) {
    return queries.view(count, groups, queries.size(1) / groups, queries.size(2));
  }

  /** (B, heads, T, D) -> (N, heads D). */
  Tensor flat(Tensor y) {
    Tensor cells = y.transpose(1, 2).reshape((long) count * longest, y.size(1) * y.size(3));
    return fromGrid == null ? cells : cells.index_select(0, fromGrid);
  }
}
