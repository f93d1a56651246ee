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
 * @param positions (M) int64, the positions in 0..N-1 that predict a trained token, in the order of
 *     the rows
 * @param targets (M) int64, the tokens they predict
 */
public record TokenBatch(Sequences input, Tensor positions, Tensor targets) {

  public static TokenBatch of(List<TokenRow> rows, Compute compute) {
    return of(rows, Sequences.of(rows.stream().map(TokenRow::ids).toList(), compute), compute);
  }

  /**
   * The same for rows of which neighbours may have the same prompt: what stands before the first
   * trained token is there once. Positions follow the rows, so one may come several times.
   */
  public static TokenBatch sharing(List<TokenRow> rows, Compute compute) {
    int[] alike = new int[rows.size()];
    for (int b = 1; b < alike.length; b++) {
      alike[b] = alike(rows.get(b - 1), rows.get(b));
    }
    List<int[]> ids = rows.stream().map(TokenRow::ids).toList();
    return of(rows, Sequences.sharing(ids, alike, compute), compute);
  }

  /** With how many tokens both begin, up to the first trained one of either. */
  private static int alike(TokenRow a, TokenRow b) {
    int most = Math.min(a.length(), b.length()) - 1;
    int n = 0;
    while (n < most && a.ids()[n] == b.ids()[n] && !a.trained()[n] && !b.trained()[n]) {
      n++;
    }
    return n;
  }

  private static TokenBatch of(List<TokenRow> rows, Sequences input, Compute compute) {
    int total = rows.stream().mapToInt(TokenRow::targets).sum();
    long[] positions = new long[total];
    long[] targets = new long[total];
    int m = 0;
    int start = 0;
    for (TokenRow row : rows) {
      for (int i = 1; i < row.length(); i++) {
        if (row.trained()[i]) {
          positions[m] = input.shared().place(start + i - 1);
          targets[m++] = row.ids()[i];
        }
      }
      start += row.length();
    }
    return new TokenBatch(input, Ops.longs(positions, compute), Ops.longs(targets, compute));
  }
}
