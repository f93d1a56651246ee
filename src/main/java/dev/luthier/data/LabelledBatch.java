package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts laid end to end, each with its class.
 *
 * @param input the B texts, N tokens
 * @param types (N) int64, the token type ids
 * @param labels (B) int64
 */
public record LabelledBatch(Sequences input, Tensor types, Tensor labels) {
  public static LabelledBatch of(List<LabelledRow> rows, Compute compute) {
    long[] labels = rows.stream().mapToLong(LabelledRow::label).toArray();
    return new LabelledBatch(
        Sequences.of(rows.stream().map(LabelledRow::ids).toList(), compute),
        flat(rows.stream().map(LabelledRow::types).toList(), compute),
        Ops.longs(labels, compute));
  }

  /** Arrays laid end to end, (N) int64. */
  static Tensor flat(List<int[]> arrays, Compute compute) {
    return Ops.longs(
        arrays.stream().flatMapToInt(Arrays::stream).asLongStream().toArray(), compute);
  }
}
