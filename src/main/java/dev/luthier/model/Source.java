package dev.luthier.model;

import dev.luthier.tensor.Compute;
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
   * @param from how the encoder's tokens lie
   */
  static Source of(List<Cross> crosses, Tensor states, Layout from) {
    List<KvCache.Seen> layers =
        crosses.stream()
            .map(c -> c.remember(states))
            .map(s -> new KvCache.Seen(from.grid(s.keys()), from.grid(s.values())))
            .toList();
    return new Source(layers, from.visible(Sight.ALL), from.count);
  }

  /** What a cache holds, whose rows are the sources. */
  static Source held(KvCache cache, int layers, Compute compute) {
    int[] lengths = cache.lengths();
    return new Source(
        IntStream.range(0, layers).mapToObj(cache::held).toList(),
        Layout.within(lengths, compute),
        lengths.length);
  }
}
