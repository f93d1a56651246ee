package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts laid end to end, each with its number.
 *
 * @param input the B texts, N tokens
 * @param types (N) int64, the token type ids
 * @param scores (B) float32
 */
public record RatedBatch(Sequences input, Tensor types, Tensor scores) {
  public static RatedBatch of(List<RatedRow> rows, Compute compute) {
    float[] scores = new float[rows.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = rows.get(i).score();
    }
    return new RatedBatch(
        Sequences.of(rows.stream().map(RatedRow::ids).toList(), compute),
        LabelledBatch.flat(rows.stream().map(RatedRow::types).toList(), compute),
        Ops.floats(scores, compute));
  }
}
