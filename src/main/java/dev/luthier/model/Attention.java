package dev.luthier.model;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Causal self-attention with grouped keys and values (Vaswani et al. 2017, eq. 1; Ainslie et al.
 * 2023): heads = groups x queries per group, down to one group.
 *
 * <p>Letters: N tokens, H width, A query heads, G key and value heads, D width of a head.
 */
record Attention(int layer, Slot q, Slot k, Slot v, Slot o, int headDim) {
  Tensor apply(Tensor x, Layout layout) { // (N, H)
    Tensor queries = layout.angles.rotate(heads(q.apply(x))); // (N, A, D)
    Tensor keys = layout.angles.rotate(heads(k.apply(x))); // (N, G, D)
    Tensor values = heads(v.apply(x)); // (N, G, D)
    Tensor seenKeys = layout.grid(keys); // (B, G, T, D)
    Tensor seenValues = layout.grid(values);
    if (layout.cache != null) {
      KvCache.Seen seen = layout.cache.append(layer, seenKeys, seenValues);
      seenKeys = seen.keys(); // (B, G, S, D)
      seenValues = seen.values();
    }
    boolean grouped = queries.size(1) != seenKeys.size(1);
    Tensor y =
        scaled_dot_product_attention(
            layout.grid(queries),
            seenKeys,
            seenValues,
            layout.mask,
            0.0,
            layout.causal,
            new DoubleOptional(),
            grouped); // (B, A, T, D)
    return o.apply(layout.flat(y));
  }

  private Tensor heads(Tensor x) {
    return x.view(x.size(0), -1, headDim);
  }

  List<Slot> slots() {
    return List.of(q, k, v, o);
  }
}
