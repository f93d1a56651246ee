package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How the states of a sequence's tokens become one vector (Reimers and Gurevych 2019, section 3).
 * Letters: N tokens, B sequences, T the longest, H width.
 *
 * @param of which tokens
 * @param normalized whether vectors are brought to length one
 */
public record Pooling(Of of, boolean normalized) {
  private static final float SHORTEST = 1e-12f; // torch.nn.functional.normalize's

  /** Which tokens a vector is made of, by the names of sentence-transformers. */
  public enum Of {
    MEAN("mean", "pooling_mode_mean_tokens"),
    FIRST("cls", "pooling_mode_cls_token");

    final String mode;
    final String flag;

    Of(String mode, String flag) {
      this.mode = mode;
      this.flag = flag;
    }
  }

  /** The mean of all tokens, as long as it is. */
  public static final Pooling MEAN = new Pooling(Of.MEAN, false);

  /**
   * @param states (N, H)
   * @return (B, H) float32
   */
  Tensor apply(Tensor states, Sequences batch, Compute compute) {
    Tensor wide = states.to(ScalarType.Float);
    Tensor pooled =
        switch (of) {
          case MEAN -> mean(wide, batch, compute);
          case FIRST -> wide.index_select(0, Rows.first(batch, compute));
        };
    return normalized ? pooled.div(lengths(pooled)) : pooled;
  }

  private static Tensor lengths(Tensor x) { // (B, H) -> (B, 1)
    return x.square()
        .sum(new long[] {1}, true, new ScalarTypeOptional())
        .sqrt()
        .clamp_min(Ops.scalar(SHORTEST));
  }

  /** Through a grid (B, T), whose sum has the same order whatever runs beside it. */
  private static Tensor mean(Tensor states, Sequences batch, Compute compute) {
    int longest = batch.longest();
    long[] rows = new long[batch.count() * longest];
    float[] shares = new float[rows.length];
    for (int b = 0, row = 0; b < batch.count(); b++) {
      for (int t = 0; t < batch.lengths()[b]; t++, row++) {
        rows[b * longest + t] = row;
        shares[b * longest + t] = 1;
      }
    }
    Tensor grid = states.index_select(0, Ops.longs(rows, compute)).view(batch.count(), longest, -1);
    Tensor used = Ops.floats(shares, compute).view(batch.count(), longest, 1);
    return grid.mul(used).sum(1).div(used.sum(1));
  }
}
