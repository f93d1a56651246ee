package dev.luthier.tensor;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A batch of token sequences laid end to end. There is no padding and so no padding side: a
 * sequence has a length, sees itself only, and its positions count from its own start. Packing and
 * batching are therefore the same thing.
 *
 * @param ids (N) int64, the tokens of all sequences one after the other, on the model's device
 * @param lengths the sequences' lengths, each at least 1; they add up to N
 */
public record Sequences(Tensor ids, int[] lengths) {
  public Sequences {
    int total = Arrays.stream(lengths).sum();
    if (ids.dim() != 1 || ids.size(0) != total || Arrays.stream(lengths).anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "lengths %s do not cut up %d tokens".formatted(Arrays.toString(lengths), ids.numel()));
    }
  }

  /** Lays the given token ids end to end on the device of {@code compute}. */
  public static Sequences of(List<int[]> sequences, Compute compute) {
    int[] lengths = sequences.stream().mapToInt(s -> s.length).toArray();
    long[] flat = sequences.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
    return new Sequences(Ops.longs(flat, compute), lengths);
  }

  /** The sequences at these places, some of them perhaps more than once. */
  public Sequences at(int[] places) {
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
