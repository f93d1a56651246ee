package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Where sequences begin and end, as int64 tensors that broadcast over (B, A, T, S): B sequences, A
 * heads, T queries, S keys.
 */
final class Spans {
  private Spans() {}

  /** 0 to n - 1, (n). */
  static Tensor range(int n, Compute compute) {
    return torch.arange(Ops.scalar(n), compute.options(ScalarType.Long));
  }

  /** A number for each sequence, (B, 1, 1, 1). */
  static Tensor column(int[] values, Compute compute) {
    long[] wide = Arrays.stream(values).asLongStream().toArray();
    return Ops.longs(wide, compute).view(-1, 1, 1, 1);
  }

  /**
   * The positions of T tokens from each start on, (B, 1, T, 1), or (1, 1, T, 1) where all are one.
   */
  static Tensor from(int[] starts, int tokens, Compute compute) {
    Tensor range = range(tokens, compute).view(1, 1, -1, 1);
    if (Arrays.stream(starts).allMatch(s -> s == starts[0])) {
      return starts[0] == 0 ? range : range.add(Ops.whole(starts[0]));
    }
    return range.add(column(starts, compute));
  }

  /** (B, 1, 1, S) true where a sequence has a key; none where all have as many. */
  static @Nullable Tensor within(int[] lengths, Compute compute) {
    int most = Arrays.stream(lengths).max().orElse(0);
    return Arrays.stream(lengths).allMatch(n -> n == most)
        ? null
        : range(most, compute).view(1, 1, 1, -1).lt(column(lengths, compute));
  }

  /**
   * Where the next tokens of sequences lie among the rows of a cache seen as (rows G places, D), in
   * the order of (N, G).
   *
   * @param held tokens of each sequence that lie there
   */
  static long[] cells(int[] held, int[] next, int groups, int places) {
    long[] cells = new long[Arrays.stream(next).sum() * groups];
    int i = 0;
    for (int b = 0; b < next.length; b++) {
      for (int t = held[b]; t < held[b] + next[b]; t++) {
        for (int g = 0; g < groups; g++) {
          cells[i++] = ((long) b * groups + g) * places + t;
        }
      }
    }
    return cells;
  }
}
