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
   * The rows of the cache, seen as (B G capacity, D), that the next tokens of every sequence go to:
   * (N G), in the order of N.
   */
  Tensor cells(int[] next) {
    int groups = (int) keys[0].size(1);
    long[] cells = new long[Arrays.stream(next).sum() * groups];
    int i = 0;
    for (int b = 0; b < next.length; b++) {
      if (lengths[b] + next[b] > capacity) {
        throw new IllegalStateException(
            "the cache holds %d tokens of a sequence, %d are wanted"
                .formatted(capacity, lengths[b] + next[b]));
      }
      for (int t = lengths[b]; t < lengths[b] + next[b]; t++) {
        for (int g = 0; g < groups; g++) {
          cells[i++] = ((long) b * groups + g) * capacity + t;
        }
      }
    }
    return Ops.longs(cells, compute);
  }

  /**
   * Writes the new keys and values of one layer behind those held and returns all of them. The
   * lengths move on with {@link #advance}, after the last layer.
   *
   * @param k (N, G, D)
   * @param cells from {@link #cells}
   * @param seen S, the longest sequence with its new tokens
   * @return (B, G, S, D) each
   */
  Seen append(int layer, Tensor k, Tensor v, Tensor cells, int seen) {
    return new Seen(write(keys[layer], k, cells, seen), write(values[layer], v, cells, seen));
  }

  /** All that is held of one layer, up to the longest sequence. */
  Seen held(int layer) {
    int longest = Arrays.stream(lengths).max().orElse(0);
    return new Seen(keys[layer].narrow(2, 0, longest), values[layer].narrow(2, 0, longest));
  }

  private static Tensor write(Tensor held, Tensor x, Tensor cells, int seen) {
    long d = x.size(2);
    held.view(-1, d).index_copy_(0, cells, x.reshape(-1, d));
    return held.narrow(2, 0, seen);
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
