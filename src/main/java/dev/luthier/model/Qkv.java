package dev.luthier.model;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * How queries, keys and values come out of the states. Letters: N tokens, A query heads, G key and
 * value heads, D width of a head.
 */
sealed interface Qkv {
  /**
   * @param q (N, A, D)
   * @param k (N, G, D)
   * @param v (N, G, D)
   */
  record Heads(Tensor q, Tensor k, Tensor v) {
    Heads turned(Rope.Angles angles) {
      return new Heads(angles.rotate(q), angles.rotate(k), v);
    }
  }

  Heads apply(Tensor x); // (N, H)

  List<Slot> slots();

  private static Tensor heads(Tensor x, int headDim) {
    return x.view(x.size(0), -1, headDim);
  }

  /** Three maps. */
  record Separate(Slot q, Slot k, Slot v, int headDim) implements Qkv {
    @Override
    public Heads apply(Tensor x) {
      return new Heads(
          heads(q.apply(x), headDim), heads(k.apply(x), headDim), heads(v.apply(x), headDim));
    }

    @Override
    public List<Slot> slots() {
      return List.of(q, k, v);
    }
  }

  /** One map, whose rows are those of all queries, then all keys, then all values. */
  record Joined(Slot qkv, int queries, int groups, int headDim) implements Qkv {
    @Override
    public Heads apply(Tensor x) {
      Tensor all = heads(qkv.apply(x), headDim); // (N, A + 2 G, D)
      return new Heads(
          all.narrow(1, 0, queries),
          all.narrow(1, queries, groups),
          all.narrow(1, queries + groups, groups));
    }

    @Override
    public List<Slot> slots() {
      return List.of(qkv);
    }
  }

  /** One map, whose rows are head after head: its query, its key, its value (GPT-NeoX). */
  record Interleaved(Slot qkv, int heads, int headDim) implements Qkv {
    @Override
    public Heads apply(Tensor x) {
      Tensor all = qkv.apply(x).view(x.size(0), heads, 3, headDim);
      return new Heads(all.select(2, 0), all.select(2, 1), all.select(2, 2));
    }

    @Override
    public List<Slot> slots() {
      return List.of(qkv);
    }
  }

  /**
   * Queries and keys normed before they are turned (Henry et al. 2020, who do it by length, not by
   * root mean square): each head by itself, or all heads of a token at once, as wide as the norm
   * is.
   */
  record Normed(Qkv inner, Slot q, Slot k) implements Qkv {
    @Override
    public Heads apply(Tensor x) {
      Heads h = inner.apply(x);
      return new Heads(normed(q, h.q()), normed(k, h.k()), h.v());
    }

    private static Tensor normed(Slot norm, Tensor x) {
      long width = norm.base().weights().values().iterator().next().count();
      return width == x.size(2)
          ? norm.apply(x)
          : norm.apply(x.reshape(x.size(0), width)).view(x.size(0), x.size(1), x.size(2));
    }

    @Override
    public List<Slot> slots() {
      return Stream.concat(inner.slots().stream(), Stream.of(q, k)).toList();
    }
  }
}
