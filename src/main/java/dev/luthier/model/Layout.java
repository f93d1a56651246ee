package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How the sequences of one call meet in attention: computed once, used by every layer. Everything
 * but attention works on the N tokens end to end; attention wants a grid (B, T). Sequences fill it
 * from the left, so that causality alone hides the unused cells, and no other code sees them.
 *
 * <p>Letters: N tokens, B sequences, T the longest, S keys seen at most, D width of a head.
 */
final class Layout {
  /**
   * What hides keys from queries.
   *
   * @param visible (B or 1, 1 or A, T or 1, S) true where a query sees a key, or what is added to
   *     its score; none where all are seen, or causality says it
   * @param causal whether causality says it
   */
  record Mask(@Nullable Tensor visible, boolean causal) {}

  final Compute compute;
  final Tensor ids; // (N)
  final int count; // B
  final int longest; // T
  final Tensor positions; // (N), each sequence's from its own start
  final int seen; // S
  private final int[] starts; // (B) tokens seen before
  private final int[] lengths; // (B)
  private final boolean fresh; // nothing was seen before
  private final @Nullable KvCache cache;
  private final @Nullable Tensor cacheCells; // (N G) rows of the cache
  private final @Nullable Tensor toGrid; // (B T) rows of the flat batch
  private final @Nullable Tensor fromGrid; // (N) rows of the grid
  private final Map<Rope, Rope.Angles> angles = new IdentityHashMap<>();
  private final Map<Sight, Mask> masks = new HashMap<>();
  private final Map<RelativeBias, Tensor> biases = new IdentityHashMap<>();
  private final @Nullable Source source;

  Layout(Sequences batch, @Nullable KvCache cache, Compute compute) {
    this(batch, cache, null, compute);
  }

  /**
   * @param cache what was seen before
   * @param source what the sequences see beside themselves
   */
  Layout(Sequences batch, @Nullable KvCache cache, @Nullable Source source, Compute compute) {
    if (source != null && source.count() != batch.count()) {
      throw new IllegalArgumentException(
          "%d sequences with %d sources".formatted(batch.count(), source.count()));
    }
    this.source = source;
    this.compute = compute;
    this.ids = batch.ids();
    this.count = batch.count();
    this.longest = batch.longest();
    this.cache = cache;
    this.starts = cache == null ? new int[count] : cache.lengths();
    this.lengths = batch.lengths();
    int n = batch.tokens();
    long[] places = new long[n];
    long[] cells = new long[n];
    long[] rows = new long[count * longest];
    int most = 0;
    for (int b = 0, row = 0; b < count; b++) {
      most = Math.max(most, starts[b] + lengths[b]);
      for (int t = 0; t < lengths[b]; t++, row++) {
        places[row] = starts[b] + t;
        cells[row] = (long) b * longest + t;
        rows[b * longest + t] = row;
      }
    }
    this.seen = most;
    this.fresh = Arrays.stream(starts).allMatch(s -> s == 0);
    this.cacheCells = cache == null ? null : cache.cells(lengths);
    boolean full = n == count * longest;
    this.fromGrid = full ? null : Ops.longs(cells, compute);
    this.toGrid = full ? null : Ops.longs(rows, compute);
    this.positions = Ops.longs(places, compute);
  }

  /** The angles by which every token is turned. */
  Rope.Angles angles(Rope rope) {
    return angles.computeIfAbsent(
        rope,
        r -> {
          r.scaling().refuseCrossing(starts, seen);
          return r.angles(positions, seen, compute);
        });
  }

  /** What attention sees of a layer, given the new keys and values (N, G, D). */
  KvCache.Seen seen(int layer, Tensor keys, Tensor values) {
    return cache == null || cacheCells == null
        ? new KvCache.Seen(grid(keys), grid(values))
        : cache.append(layer, keys, values, cacheCells, seen);
  }

  /** The cheapest mask: none where the kernels' own causality will do. */
  Mask mask(Sight sight) {
    return masks.computeIfAbsent(
        sight,
        s -> plain(s) ? new Mask(null, s.causal() && longest > 1) : new Mask(visible(s), false));
  }

  /** Whether causality alone, or nothing, has to hide anything. */
  private boolean plain(Sight sight) {
    if (!sight.causal()) {
      return toGrid == null;
    }
    boolean oneEach = longest == 1 && Arrays.stream(starts).distinct().count() == 1;
    return (fresh || oneEach) && sight.window() >= seen;
  }

  /** The mask in full, (B or 1, 1, T or 1, S); none where every query sees every key. */
  @Nullable Tensor visible(Sight sight) {
    Tensor keys = Spans.range(seen, compute).view(1, 1, 1, -1);
    if (!sight.causal()) {
      return plain(sight) ? null : Spans.within(lengths, compute);
    }
    if (longest == 1 && plain(sight)) {
      return null;
    }
    Tensor at = Spans.from(starts, longest, compute);
    Tensor past = keys.le(at);
    return sight.window() >= seen
        ? past
        : past.logical_and(keys.gt(at.sub(Ops.whole(sight.window()))));
  }

  /**
   * What is added to the scores for the tokens' distances, (B or 1, A, T, S), with minus infinity
   * where a query does not see a key.
   */
  Tensor bias(RelativeBias by, Sight sight) {
    return biases.computeIfAbsent(
        by,
        b -> {
          Tensor keys = Spans.range(seen, compute).view(1, 1, -1);
          Tensor added =
              b.of(keys.sub(Spans.from(starts, longest, compute).squeeze(1))).to(compute.dtype());
          Tensor visible = visible(sight);
          return visible == null
              ? added
              : added.masked_fill(visible.logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
        });
  }

  /** The sources of a decoder's sequences. */
  Source source() {
    if (source == null) {
      throw new IllegalStateException("cross-attention without a source");
    }
    return source;
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
    return queries.reshape(count, groups, queries.size(1) / groups, queries.size(2));
  }

  /** (B, heads, T, D) -> (N, heads D). */
  Tensor flat(Tensor y) {
    Tensor cells = y.transpose(1, 2).reshape((long) count * longest, y.size(1) * y.size(3));
    return fromGrid == null ? cells : cells.index_select(0, fromGrid);
  }
}
