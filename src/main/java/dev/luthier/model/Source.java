package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder sees of the sources, one for each of its sequences. Letters: B sequences, S the
 * longest source, A heads, D width of a head.
 *
 * @param layers keys and values for each layer of the decoder, (B, A, S, D) each
 * @param visible (B, 1, 1, S) true where there is a token; none where all sources are of one length
 * @param count B
 */
record Source(List<KvCache.Seen> layers, @Nullable Tensor visible, int count) {
  /**
   * @param states of the encoder, (M, H)
   * @param into where they lie; its cache, if it has one, then holds the keys and values
   */
  static Source of(List<Cross> crosses, Tensor states, Layout into) {
    List<KvCache.Seen> layers = new ArrayList<>();
    for (Cross cross : crosses) {
      KvCache.Seen flat = cross.remember(states);
      layers.add(into.seen(cross.layer(), flat.keys(), flat.values()));
    }
    return new Source(layers, into.visible(Sight.ALL), into.count);
  }

  /** A source for each of these, of which several may be one. */
  Source each(int[] of, Compute compute) {
    if (Arrays.equals(of, IntStream.range(0, count).toArray())) {
      return this;
    }
    Tensor rows = Ops.longs(Arrays.stream(of).asLongStream().toArray(), compute);
    return new Source(
        layers.stream()
            .map(
                seen ->
                    new KvCache.Seen(
                        seen.keys().index_select(0, rows), seen.values().index_select(0, rows)))
            .toList(),
        visible == null ? null : visible.index_select(0, rows),
        of.length);
  }

  /** What a cache holds, whose rows are the sources. */
  static Source held(KvCache cache, int layers, Compute compute) {
    int[] lengths = cache.lengths();
    int longest = Arrays.stream(lengths).max().orElse(0);
    return new Source(
        IntStream.range(0, layers).mapToObj(i -> cache.held(i, longest)).toList(),
        Spans.within(lengths, compute),
        lengths.length);
  }
}
