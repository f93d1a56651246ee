package dev.luthier.model;

import dev.luthier.tensor.Ops;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What blocks see that was computed outside of them and may have a gradient: their prefixes, the
 * sources, distances' biases. A block that is run again in the backward pass sees others with the
 * same values in their place, where its gradients end.
 */
final class Outside {
  private final @Nullable Source source;
  private final List<Prefix.KeysValues> prefix; // per layer, or none
  private Map<Tensor, Tensor> instead = Map.of();

  Outside(@Nullable Source source, List<Prefix.KeysValues> prefix) {
    this.source = source;
    this.prefix = prefix;
  }

  /** Whether there is neither a source nor a prefix. */
  boolean nothing() {
    return source == null && prefix.isEmpty();
  }

  /** What stands for a tensor now. */
  Tensor now(Tensor tensor) {
    return instead.getOrDefault(tensor, tensor);
  }

  /** Computes something with others in the place of some tensors. */
  Tensor with(List<Tensor> others, List<Tensor> of, Supplier<Tensor> call) {
    Map<Tensor, Tensor> map = new IdentityHashMap<>();
    for (int i = 0; i < of.size(); i++) {
      map.put(of.get(i), others.get(i));
    }
    instead = map;
    try {
      return call.get();
    } finally {
      instead = Map.of();
    }
  }

  /** What a layer has seen before, or nothing. */
  Prefix.@Nullable KeysValues prefix(int layer) {
    if (prefix.isEmpty()) {
      return null;
    }
    Prefix.KeysValues first = prefix.get(layer);
    return new Prefix.KeysValues(now(first.keys()), now(first.values()));
  }

  /**
   * What a layer sees with the prefix before its own.
   *
   * @param own keys and values (B, G, T, D)
   * @return (B, G, P + T, D)
   */
  KvCache.Seen before(int layer, KvCache.Seen own) {
    Prefix.KeysValues first = prefix(layer);
    return first == null
        ? own
        : new KvCache.Seen(joined(first.keys(), own.keys()), joined(first.values(), own.values()));
  }

  /** (B or 1, G, P, D) and (B, G, T, D) -> (B, G, P + T, D). */
  private static Tensor joined(Tensor first, Tensor then) {
    return Ops.cat(2, first.to(then.scalar_type()).expand(then.size(0), -1, -1, -1), then);
  }

  /** What a layer of a decoder sees of the sources. */
  KvCache.Seen source(int layer) {
    KvCache.Seen seen = source().layers().get(layer);
    return new KvCache.Seen(now(seen.keys()), now(seen.values()));
  }

  /** The sources of a decoder's sequences. */
  Source source() {
    if (source == null) {
      throw new IllegalStateException("cross-attention without a source");
    }
    return source;
  }
}
