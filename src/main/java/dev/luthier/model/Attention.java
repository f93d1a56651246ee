package dev.luthier.model;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention with grouped keys and values (Vaswani et al. 2017; Ainslie et al. 2023): heads =
 * groups x queries per group, down to one group.
 *
 * <p>Letters: N tokens, H width, A query heads, G key and value heads, D width of a head.
 *
 * @param layer its place in the cache
 * @param rope how queries and keys are turned by their positions, or not at all
 */
record Attention(
    int layer,
    Qkv qkv,
    @Nullable Rope rope,
    Scores scores,
    Sight sight,
    Slot o,
    Stack.Layer seats) {
  Attention(int layer, Qkv qkv, @Nullable Rope rope, Scores scores, Sight sight, Slot o) {
    this(layer, qkv, rope, scores, sight, o, Stack.Layer.at(o.path()));
  }

  Tensor apply(Tensor x, Layout layout) { // (N, H)
    Qkv.Heads plain = qkv.apply(x);
    Qkv.Heads heads = rope == null ? plain : plain.turned(layout.angles(rope));
    Tensor q = heads.q(); // (N, A, D)
    KvCache.Seen seen = layout.seen(layer, heads.k(), heads.v()); // (B, G, S, D)
    boolean single = layout.longest == 1;
    Tensor queries = single ? layout.grid.byGroup(q, heads.k().size(1)) : layout.grid.grid(q);
    Tensor y = scores.mix(queries, seen.keys(), seen.values(), layout, sight);
    Tensor out =
        o.apply(single ? y.reshape(layout.count, q.size(1) * q.size(2)) : layout.grid.flat(y));
    return seats.beside().current().of(out, new Beside.Asked(q, this::map, o, scores.scale()));
  }

  private Beside.KeysValues map(Tensor states) {
    Qkv.Heads own = qkv.apply(states);
    return new Beside.KeysValues(own.k(), own.v());
  }

  /** What it sees that is computed outside of its layer; what all layers share is computed now. */
  Stream<Tensor> outside(Layout layout) {
    if (rope != null) {
      layout.angles(rope);
    }
    Prefix.KeysValues first = layout.outside.prefix(layer);
    return Stream.concat(
        scores.shared(layout, sight),
        first == null ? Stream.of() : Stream.of(first.keys(), first.values()));
  }

  List<Slot> slots() {
    return Stream.concat(qkv.slots().stream(), Stream.of(o)).toList();
  }
}
