package dev.luthier.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A batch of token sequences laid end to end. There is no padding and so no padding side: a
 * sequence has a length, sees itself only, and its positions count from its own start. Packing and
 * batching are therefore the same thing.
 *
 * @param ids (N) int64, the tokens of all sequences one after the other, on the model's device
 * @param lengths the sequences' lengths, each at least 1; they add up to N where none are shared
 * @param shared which tokens of several sequences are there once
 */
public record Sequences(Tensor ids, int[] lengths, Shared shared) {
  public Sequences {
    int total = shared.count(lengths);
    if (ids.dim() != 1 || ids.size(0) != total || Arrays.stream(lengths).anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "lengths %s do not cut up %d tokens".formatted(Arrays.toString(lengths), ids.numel()));
    }
  }

  /** Sequences that share nothing. */
  public Sequences(Tensor ids, int[] lengths) {
    this(ids, lengths, Shared.NOTHING);
  }

  /**
   * Sequences of which neighbours may begin with the same tokens, which are then there once.
   *
   * @param alike (B) with how many tokens of the one before each begins, fewer than it has itself
   */
  public static Sequences sharing(List<int[]> sequences, int[] alike, Compute compute) {
    int[] lengths = sequences.stream().mapToInt(s -> s.length).toArray();
    Shared shared = Shared.of(lengths, alike);
    long[] flat =
        IntStream.range(0, lengths.length)
            .flatMap(b -> Arrays.stream(sequences.get(b), alike[b], lengths[b]))
            .asLongStream()
            .toArray();
    return new Sequences(Ops.longs(flat, compute), lengths, shared);
  }

  /** The same with nothing shared. */
  public Sequences apart() {
    if (!shared.any()) {
      return this;
    }
    long[] places = Arrays.stream(shared.places()).asLongStream().toArray();
    Tensor rows = torch.tensor(places).to(ids.device(), ids.scalar_type());
    return new Sequences(ids.index_select(0, rows), lengths);
  }

  /** Lays the given token ids end to end on the device of {@code compute}. */
  public static Sequences of(List<int[]> sequences, Compute compute) {
    int[] lengths = sequences.stream().mapToInt(s -> s.length).toArray();
    long[] flat = sequences.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
    return new Sequences(Ops.longs(flat, compute), lengths);
  }

  /** The sequences at these places, some of them perhaps more than once. */
  public Sequences at(int[] places) {
    Tensor ids = apart().ids;
    int[] starts = new int[lengths.length];
    for (int b = 1; b < starts.length; b++) {
      starts[b] = starts[b - 1] + lengths[b - 1];
    }
    Tensor[] each =
        Arrays.stream(places)
            .mapToObj(b -> ids.narrow(0, starts[b], lengths[b]))
            .toArray(Tensor[]::new);
    return new Sequences(Ops.cat(0, each), Arrays.stream(places).map(b -> lengths[b]).toArray());
  }

  public int count() {
    return lengths.length;
  }

  /** Of all sequences, whether they are shared or not. */
  public int tokens() {
    return Arrays.stream(lengths).sum();
  }

  public int longest() {
    return Arrays.stream(lengths).max().orElse(0);
  }

  @Override
  public String toString() {
    return "Sequences" + Arrays.toString(lengths);
  }
}
