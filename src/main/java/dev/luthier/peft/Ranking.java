package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The highest of all values of several tensors together. */
final class Ranking {
  private Ranking() {}

  /**
   * @param scores of any shapes
   * @param k how many of all
   * @return for each tensor the flat indices of those among them, int64, ascending
   */
  static List<Tensor> top(List<Tensor> scores, long k) {
    Tensor[] flat =
        scores.stream()
            .map(s -> s.detach().to(ScalarType.Float).reshape(-1))
            .toArray(Tensor[]::new);
    Tensor best = Ops.cat(0, flat).topk(k, 0, true, false).get1(); // (k)
    Tensor sorted = best.sort().get0();
    List<Tensor> out = new ArrayList<>();
    long from = 0;
    for (Tensor s : flat) {
      Tensor within =
          sorted.ge(Ops.whole(from)).logical_and(sorted.lt(Ops.whole(from + s.numel())));
      out.add(sorted.masked_select(within).sub(Ops.whole(from)));
      from += s.numel();
    }
    return out;
  }

  /**
   * The same for units: those with the highest sums, as long as they fit.
   *
   * @param cuts how the tensors divide
   * @return as above; empty where not even the best unit fits
   */
  static List<Tensor> top(List<Tensor> scores, Cuts cuts, long k, Compute compute) {
    double[] sums = new double[cuts.units()];
    long[] sizes = new long[cuts.units()];
    for (int i = 0; i < scores.size(); i++) {
      Cuts.Cut cut = cuts.of().get(i);
      float[] lines = Ops.toFloats(cut.lines(scores.get(i))); // one for each line
      long each = scores.get(i).numel() / Math.max(1, lines.length);
      for (int line = 0; line < lines.length; line++) {
        int unit = cut.units()[line];
        if (unit >= 0) {
          sums[unit] += lines[line];
          sizes[unit] += each;
        }
      }
    }
    boolean[] taken = best(sums, sizes, k);
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      out.add(cuts.of().get(i).indices(Ops.shape(scores.get(i)), taken, compute));
    }
    return out;
  }

  private static boolean[] best(double[] sums, long[] sizes, long k) {
    List<Integer> order = new ArrayList<>();
    for (int unit = 0; unit < sums.length; unit++) {
      order.add(unit);
    }
    order.sort((a, b) -> Double.compare(sums[b], sums[a])); // stable: the first of equals leads
    boolean[] taken = new boolean[sums.length];
    long left = k;
    for (int unit : order) {
      if (sizes[unit] > 0 && sizes[unit] <= left) {
        taken[unit] = true;
        left -= sizes[unit];
      }
    }
    return taken;
  }
}
