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
    KvCache.Seen seen = layout.seen(layer, keys, values); // (B, G, S, D)
    boolean single = layout.longest == 1;
    boolean grouped = !single && queries.size(1) != keys.size(1);
    Tensor y =
        scaled_dot_product_attention(
            single ? layout.byGroup(queries, keys.size(1)) : layout.grid(queries),
            seen.keys(),
            seen.values(),
            layout.mask,
            0.0,
            layout.causal,
            new DoubleOptional(),
            grouped); // (B, A, T, D), or (B, G, A/G, D)
    return o.apply(single ? y.reshape(layout.count, queries.size(1) * headDim) : layout.flat(y));
  }

  private Tensor heads(Tensor x) {
    return x.view(x.size(0), -1, headDim);
  }

  List<Slot> slots() {
    return List.of(q, k, v, o);
  }
}
