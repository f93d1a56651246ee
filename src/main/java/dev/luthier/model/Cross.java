package dev.luthier.model;

import dev.luthier.tensor.Dropout;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Attention of a decoder to what an encoder made of the source (Vaswani et al. 2017, section
 * 3.2.3), with scores that are neither scaled nor biased. Letters: N tokens of the decoder, M of
 * the source, B sequences, T the longest, S the longest source, H width, A heads, D width of a
 * head.
 *
 * @param layer its place in the {@link Source}
 * @param rate the share of the weights that is dropped in training
 */
record Cross(int layer, Qkv.Separate qkv, Slot o, Dropout dropout, double rate) {
  Tensor apply(Tensor x, Layout layout) { // (N, H)
    KvCache.Seen seen = layout.outside.source(layer); // (B, A, S, D)
    Tensor queries = layout.grid.grid(heads(qkv.q(), x)); // (B, A, T, D)
    Layout.Mask mask = new Layout.Mask(layout.outside.source().visible(), false);
    Tensor y = Scores.fused(queries, seen.keys(), seen.values(), mask, 1, dropout.now(rate));
    return o.apply(layout.grid.flat(y));
  }

  /** Keys and values of the source's tokens, (M, H) -> (M, A, D) each. */
  KvCache.Seen remember(Tensor states) {
    return new KvCache.Seen(heads(qkv.k(), states), heads(qkv.v(), states));
  }

  private Tensor heads(Slot map, Tensor x) {
    return map.apply(x).view(x.size(0), -1, qkv.headDim());
  }

  List<Slot> slots() {
    return Stream.concat(qkv.slots().stream(), Stream.of(o)).toList();
  }
}
