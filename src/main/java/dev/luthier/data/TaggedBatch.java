package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows laid end to end, with the positions that have a target. Nothing is shifted: a position's
 * target is its own.
 *
 * @param input the N tokens
 * @param types (N) int64, the token type ids
 * @param positions (M) int64, the positions in 0..N-1 that have a target, ascending
 * @param targets (M) int64, their targets
 */
public record TaggedBatch(Sequences input, Tensor types, Tensor positions, Tensor targets) {
  public static TaggedBatch of(List<TaggedRow> rows, Compute compute) {
    int[] tags = rows.stream().map(TaggedRow::tags).flatMapToInt(Arrays::stream).toArray();
    int[] positions =
        IntStream.range(0, tags.length).filter(i -> tags[i] != TaggedRow.NONE).toArray();
    int[] targets = IntStream.of(positions).map(i -> tags[i]).toArray();
    return new TaggedBatch(
        Sequences.of(rows.stream().map(TaggedRow::ids).toList(), compute),
        LabelledBatch.flat(rows.stream().map(TaggedRow::types).toList(), compute),
        LabelledBatch.flat(List.of(positions), compute),
        LabelledBatch.flat(List.of(targets), compute));
  }
}
