package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Keys and values of the sequences being generated. Owned by whoever made it, and freed by {@link
 * #close}.
 *
 * <p>Sequences are the first rows of tensors (rows, G, places, D). A row that is dropped leaves its
 * memory to the next one; places grow as the longest sequence does, by doubling, up to the
 * capacity. What lies behind the end of a sequence is some number, never seen.
 */
public final class KvCache implements AutoCloseable {
  private static final int PLACES = 64;

  private final Compute compute;
  private final Tensor[] keys; // per layer (rows, G, places, D)
  private final Tensor[] values;
  private final int capacity;
  private int[] lengths; // of the sequences held, at most so many as there are rows

  KvCache(ModelConfig config, Compute compute, int layers, int sequences, int capacity) {
    this.compute = compute;
    this.capacity = capacity;
    this.lengths = new int[sequences];
    this.keys = new Tensor[layers];
    this.values = new Tensor[layers];
    long[] shape = {sequences, config.kvHeads(), Math.min(capacity, PLACES), config.headDim()};
    for (int i = 0; i < keys.length; i++) {
      keys[i] = torch.zeros(shape, compute.options(compute.dtype())).retainReference();
      values[i] = torch.zeros(shape, compute.options(compute.dtype())).retainReference();
    }
  }

  /** How many tokens of each sequence are held. */
  public int[] lengths() {
    return lengths.clone();
  }

  /** The bytes held now. */
  public long bytes() {
    return Arrays.stream(keys).mapToLong(k -> 2 * k.numel() * k.element_size()).sum();
  }

  /** Holds so many new sequences without a token; it must hold none. */
  void begin(int sequences) {
    if (lengths.length > 0) {
      throw new IllegalStateException("the cache holds " + lengths.length + " sequences already");
    }
    reserve(sequences, 0);
    lengths = new int[sequences];
  }

  /** Gives every sequence, none of which has a token, what it is to have seen before. */
  void remember(List<Prefix.KeysValues> layers) {
    int places = (int) layers.get(0).keys().size(2);
    reserve(0, places);
    for (int i = 0; i < keys.length; i++) {
      Seen room = held(i, places);
      room.keys().copy_(layers.get(i).keys());
      room.values().copy_(layers.get(i).values());
    }
    Arrays.fill(lengths, places);
  }

  /** Keeps the given rows, in the given order (a row may be named twice), and drops the others. */
  public void keep(int[] rows) {
    reserve(rows.length, 0);
    int[] moved = IntStream.range(0, rows.length).filter(i -> rows[i] != i).toArray();
    copy(this, Arrays.stream(moved).map(i -> rows[i]).toArray(), moved);
    lengths = Arrays.stream(rows).map(r -> lengths[r]).toArray();
  }

  /** Copies rows of another cache of the same model behind its own; a row may be named twice. */
  void admit(KvCache from, int[] rows) {
    int[] more = Arrays.stream(rows).map(r -> from.lengths[r]).toArray();
    int count = lengths.length;
    reserve(count + rows.length, Arrays.stream(more).max().orElse(0));
    copy(from, rows, IntStream.range(count, count + rows.length).toArray());
    lengths = IntStream.concat(Arrays.stream(lengths), Arrays.stream(more)).toArray();
  }

  private void copy(KvCache from, int[] rows, int[] to) {
    int longest = Arrays.stream(rows).map(r -> from.lengths[r]).max().orElse(0);
    if (longest > 0) {
      CachedRows copied = new CachedRows(rows, to, longest);
      copied.copy(from.keys, keys, compute);
      copied.copy(from.values, values, compute);
    }
  }

  /** Makes room for so many rows and for sequences of so many tokens. */
  private void reserve(int rows, int tokens) {
    if (tokens > capacity) {
      throw new IllegalStateException(
          "the cache holds %d tokens of a sequence, %d are wanted".formatted(capacity, tokens));
    }
    int places = places();
    if (rows <= keys[0].size(0) && tokens <= places) {
      return;
    }
    int more = tokens <= places ? places : Math.min(capacity, Math.max(tokens, 2 * places));
    for (int i = 0; i < keys.length; i++) {
      keys[i] = larger(keys[i], Math.max(rows, keys[i].size(0)), more);
      values[i] = larger(values[i], Math.max(rows, values[i].size(0)), more);
    }
  }

  private Tensor larger(Tensor old, long rows, int places) {
    try (Scope scope = new Scope()) {
      long[] shape = {rows, old.size(1), places, old.size(3)};
      Tensor grown = torch.zeros(shape, old.options()).retainReference();
      grown
          .narrow(0, 0, lengths.length)
          .narrow(2, 0, old.size(2))
          .copy_(old.narrow(0, 0, lengths.length));
      Scope.free(old);
      return grown;
    }
  }

  private int places() {
    return (int) keys[0].size(2);
  }

  /** What attention sees of one layer. */
  record Seen(Tensor keys, Tensor values) {}

  /**
   * The rows of the cache, seen as (rows G places, D), that the next tokens of every sequence go
   * to: (N G), in the order of N.
   */
  Tensor cells(int[] next) {
    reserve(0, IntStream.range(0, next.length).map(b -> lengths[b] + next[b]).max().orElse(0));
    return Ops.longs(Spans.cells(lengths, next, (int) keys[0].size(1), places()), compute);
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
    keys[layer].view(-1, k.size(2)).index_copy_(0, cells, k.reshape(-1, k.size(2)));
    values[layer].view(-1, v.size(2)).index_copy_(0, cells, v.reshape(-1, v.size(2)));
    return held(layer, seen);
  }

  /** How many tokens a sequence can have. */
  int capacity() {
    return capacity;
  }

  /** Makes room for one more token of every sequence. */
  void widen() {
    reserve(0, 1 + Arrays.stream(lengths).max().orElse(0));
  }

  /** One layer in full, (rows, G, places, D) each, of which the first rows are held. */
  Seen whole(int layer) {
    return new Seen(keys[layer], values[layer]);
  }

  /** The first S places of one layer, (B, G, S, D) each. */
  Seen held(int layer, int seen) {
    int rows = lengths.length;
    return new Seen(
        keys[layer].narrow(0, 0, rows).narrow(2, 0, seen),
        values[layer].narrow(0, 0, rows).narrow(2, 0, seen));
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
