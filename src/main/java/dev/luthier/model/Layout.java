package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
  final Widened batch;
  final Tensor ids; // (N)
  final int count; // B
  final int longest; // T
  final Tensor positions; // (N), each sequence's from its own start
  final int seen; // S
  final int before; // P, what every sequence of a call without a cache has seen before
  private final int[] starts; // (B) tokens seen before
  private final int[] lengths; // (B)
  private final boolean fresh; // nothing was seen before
  private final @Nullable KvCache cache;
  private final @Nullable Tensor cacheCells; // (N G) rows of the cache
  final Grid grid;
  private final Map<Rope, Rope.Angles> angles = new IdentityHashMap<>();
  private final Map<Sight, Mask> masks = new HashMap<>();
  private final Map<RelativeBias, Tensor> biases = new IdentityHashMap<>();
  final Outside outside;

  /**
   * @param widened the tokens, virtual ones among them
   * @param cache what was seen before
   * @param source what the sequences see beside themselves
   * @param prefix what sequences that begin here have seen before; none where they go on
   */
  Layout(
      Widened widened,
      @Nullable KvCache cache,
      @Nullable Source source,
      Prefix prefix,
      Compute compute) {
    Sequences batch = widened.all();
    if (source != null && source.count() != batch.count()) {
      throw new IllegalArgumentException(
          "%d sequences with %d sources".formatted(batch.count(), source.count()));
    }
    if (batch.shared().any() && (cache != null || source != null)) {
      throw new IllegalArgumentException("tokens are shared by sequences that stand alone only");
    }
    this.batch = widened;
    this.compute = compute;
    this.ids = batch.ids();
    this.count = batch.count();
    this.longest = batch.longest();
    this.cache = cache;
    this.before = cache == null ? prefix.length() : 0;
    List<Prefix.KeysValues> first = prefix.length() > 0 ? prefix.layers(count) : List.of();
    this.outside = new Outside(source, first);
    if (cache != null && !first.isEmpty()) {
      cache.remember(first);
    }
    this.starts = cache == null ? new int[count] : cache.lengths();
    if (cache == null) {
      Arrays.fill(starts, before);
    }
    this.lengths = batch.lengths();
    this.grid = Grid.of(batch, compute);
    this.seen = IntStream.range(0, count).map(b -> starts[b] + lengths[b]).max().orElse(0);
    this.fresh = Arrays.stream(starts).allMatch(l -> l == 0);
    this.cacheCells = cache == null ? null : cache.cells(lengths);
    this.positions = Ops.longs(places(), compute);
  }

  private long[] places() {
    long[] each =
        IntStream.range(0, count)
            .flatMap(b -> IntStream.range(starts[b], starts[b] + lengths[b]))
            .asLongStream()
            .toArray();
    return batch.all().shared().once(each);
  }

  boolean cached() {
    return cache != null;
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
    if (cache != null && cacheCells != null) {
      return cache.append(layer, keys, values, cacheCells, seen);
    }
    return outside.before(layer, new KvCache.Seen(grid.grid(keys), grid.grid(values)));
  }

  /** Whether the tokens see nothing but each other, and there are several of them. */
  boolean alone() {
    return cache == null && outside.nothing() && longest > 1;
  }

  /** The states without those of virtual tokens. */
  Tensor real(Tensor states) {
    return batch.real(states);
  }

  /** Lets the cache move on behind these tokens. */
  void advance() {
    if (cache != null) {
      cache.advance(lengths);
    }
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
      return grid.full();
    }
    boolean oneEach = longest == 1 && Arrays.stream(starts).distinct().count() == 1;
    return (fresh || oneEach) && sight.window() >= seen;
  }

  /** The mask in full, (B or 1, 1, T or 1, S); none where every query sees every key. */
  @Nullable Tensor visible(Sight sight) {
    Tensor keys = Spans.range(seen, compute).view(1, 1, 1, -1);
    if (!sight.causal()) {
      int[] ends = IntStream.range(0, count).map(b -> starts[b] + lengths[b]).toArray();
      return plain(sight) ? null : Spans.within(ends, compute);
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
    return outside.now(
        biases.computeIfAbsent(
            by,
            b -> {
              Tensor keys = Spans.range(seen, compute).view(1, 1, -1);
              Tensor added =
                  b.of(keys.sub(Spans.from(starts, longest, compute).squeeze(1)))
                      .to(compute.dtype());
              Tensor visible = visible(sight);
              return visible == null
                  ? added
                  : added.masked_fill(visible.logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
            }));
  }
}
