package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Keys and values of the sequences being generated. Owned by whoever made it, and freed by {@link
 * #close}.
 */
public final class KvCache implements AutoCloseable {
  private final Compute compute;
  private final Tensor[] keys; // per layer (B, G, capacity, D)
  private final Tensor[] values;
  private final int capacity;
  private int[] lengths;

  KvCache(ModelConfig config, Compute compute, int sequences, int capacity) {
    this.compute = compute;
    this.capacity = capacity;
    this.lengths = new int[sequences];
    this.keys = new Tensor[config.layers()];
    this.values = new Tensor[config.layers()];
    long[] shape = {sequences, config.kvHeads(), capacity, config.headDim()};
    for (int i = 0; i < keys.length; i++) {
      keys[i] = owned(torch.zeros(shape, compute.options(compute.dtype())));
      values[i] = owned(torch.zeros(shape, compute.options(compute.dtype())));
    }
  }

  private static Tensor owned(Tensor t) {
    t.retainReference();
    return t;
  }

  /** How many tokens of each sequence are held. */
  public int[] lengths() {
    return lengths.clone();
  }

  public int capacity() {
    return capacity;
  }

  /** The bytes held. */
  public long bytes() {
    return Arrays.stream(keys).mapToLong(k -> 2 * k.numel() * k.element_size()).sum();
  }

  /** Keeps the given rows, in the given order (a row may be named twice), and drops the others. */
  public void keep(int[] rows) {
    try (Scope scope = new Scope()) {
      Tensor index = Ops.longs(Arrays.stream(rows).asLongStream().toArray(), compute);
      for (int i = 0; i < keys.length; i++) {
        keys[i] = swap(keys[i], index);
        values[i] = swap(values[i], index);
      }
    }
    lengths = Arrays.stream(rows).map(r -> lengths[r]).toArray();
  }

  private static Tensor swap(Tensor old, Tensor index) {
    Tensor kept = owned(old.index_select(0, index));
    Scope.free(old);
    return kept;
  }

  /** What attention sees of one layer. */
  record Seen(Tensor keys, Tensor values) {}

  /**
   * Writes the new keys and values of one layer behind those held and returns all of them. The
   * lengths move on with {@link #advance}, after the last layer.
   *
   * @param k (B, G, T, D), of which the first lengths[b] of each row are real
   */
  Seen append(int layer, Tensor k, Tensor v) {
    int t = (int) k.size(2);
    int max = Arrays.stream(lengths).max().orElse(0);
    boolean level = Arrays.stream(lengths).allMatch(n -> n == max);
    if (max + t > capacity) {
      throw new IllegalStateException(
          "the cache holds %d tokens, %d more do not fit".formatted(capacity, max + t - capacity));
    }
    if (level) {
      keys[layer].narrow(2, max, t).copy_(k);
      values[layer].narrow(2, max, t).copy_(v);
    } else {
      for (int b = 0; b < lengths.length; b++) {
        keys[layer].narrow(0, b, 1).narrow(2, lengths[b], t).copy_(k.narrow(0, b, 1));
        values[layer].narrow(0, b, 1).narrow(2, lengths[b], t).copy_(v.narrow(0, b, 1));
      }
    }
    return new Seen(keys[layer].narrow(2, 0, max + t), values[layer].narrow(2, 0, max + t));
  }

  void advance(int[] by) {
    for (int b = 0; b < lengths.length; b++) {
      lengths[b] += by[b];
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < keys.length; i++) {
      Scope.free(keys[i]);
      Scope.free(values[i]);
    }
  }
}
