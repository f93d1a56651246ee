package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads what was answered.
 *
 * @param compute where
 * @param rowsAtOnce how many prompts with their answers are read at once
 */
record Reader(Compute compute, int rowsAtOnce) {
  /** A number for each token of all answers, (M), without gradient. */
  float[] each(Rollout rollout, Function<TokenBatch, Tensor> read) {
    int[] starts = rollout.starts();
    float[] out = new float[starts[starts.length - 1]];
    int n = rowsAtOnce * rollout.samples();
    for (int from = 0; from < rollout.answers().size(); from += n) {
      int to = Math.min(rollout.answers().size(), from + n);
      List<TokenRow> rows = new ArrayList<>();
      IntStream.range(from, to).forEach(i -> rows.add(rollout.row(i)));
      try (Scope scope = new Scope()) {
        TokenBatch batch = TokenBatch.sharing(rows, compute);
        float[] part = Ops.toFloats(Ops.without(() -> read.apply(batch)));
        System.arraycopy(part, 0, out, starts[from], part.length);
      }
    }
    return out;
  }
}
