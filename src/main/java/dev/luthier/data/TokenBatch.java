package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows laid end to end, with the positions that carry a target. The shift by one is done here,
 * once: position i predicts token i + 1 of its own row.
 *
 * @param input the N tokens
 * @param positions (M) int64, the positions in 0..N-1 that predict a trained token, ascending
 * @param targets (M) int64, the tokens they predict
 */
public record TokenBatch(Sequences input, Tensor positions, Tensor targets) {

  public static TokenBatch of(List<TokenRow> rows, Compute compute) {
    int total = rows.stream().mapToInt(TokenRow::targets).sum();
    long[] positions = new long[total];
    long[] targets = new long[total];
    int m = 0;
    int start = 0;
    for (TokenRow row : rows) {
      for (int i = 1; i < row.length(); i++) {
        if (row.trained()[i]) {
          positions[m] = start + i - 1;
          targets[m++] = row.ids()[i];
        }
      }
      start += row.length();
    }
    return new TokenBatch(
        Sequences.of(rows.stream().map(TokenRow::ids).toList(), compute),
        Ops.longs(positions, compute),
        Ops.longs(targets, compute));
  }
}
