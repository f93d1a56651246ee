package dev.luthier.metric;

import java.util.Arrays;
import java.util.Comparator;

/**
 * What the best of n answers is worth, estimated without bias for every n up to N from the same N
 * answers to a prompt. With scores sorted upwards, s_(1) ≤ .. ≤ s_(N), the best of n that are drawn
 * from these without putting back is s_(i) with probability C(i−1, n−1) / C(N, n), so
 *
 * <pre>  E max of n = Σ_i C(i−1, n−1) / C(N, n) s_(i)                                   (1)</pre>
 *
 * (Nakano et al. 2021, arXiv 2112.09332, appendix I; Gao et al. 2022, arXiv 2210.10760, section 2;
 * of scores that are 0 and 1 this is pass@k of Chen et al. 2021, arXiv 2107.03374, eq. 1). Where
 * one score chooses and another one counts, the second stands for s in (1) and the first sorts.
 */
public final class BestOfN {
  private BestOfN() {}

  /**
   * What the best by a score is worth by the same score.
   *
   * @param scores (N) of the answers to one prompt
   * @return (N) for n = 1 .. N
   */
  public static double[] of(double[] scores) {
    return of(scores, scores);
  }

  /**
   * What the best by one score is worth by another. Of answers level by the first, any may be
   * chosen, so they count with their mean.
   *
   * @param by (N) what chooses
   * @param worth (N) what counts
   * @return (N) for n = 1 .. N
   */
  public static double[] of(double[] by, double[] worth) {
    int all = by.length;
    double[] sorted = sorted(by, worth);
    double[] out = new double[all];
    for (int n = 1; n <= all; n++) {
      double weight = (double) n / all; // C(N−1, n−1) / C(N, n)
      for (int i = all; i >= n; i--) {
        out[n - 1] += weight * sorted[i - 1]; // (1)
        weight *= (double) (i - n) / Math.max(1, i - 1); // C(i−2, n−1) = C(i−1, n−1) (i−n)/(i−1)
      }
    }
    return out;
  }

  private static double[] sorted(double[] by, double[] worth) {
    Integer[] order = new Integer[by.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> by[i]));
    double[] out = new double[by.length];
    for (int from = 0, to; from < out.length; from = to) {
      double sum = 0;
      to = from;
      while (to < out.length && by[order[to]] == by[order[from]]) {
        sum += worth[order[to++]];
      }
      Arrays.fill(out, from, to, sum / (to - from));
    }
    return out;
  }

  /**
   * How far best-of-n goes from the model it draws from, at most, in nats an answer: log n −
   * (n−1)/n (Stiennon et al. 2020, arXiv 2009.01325, appendix G.3). It is reached where no two
   * answers are level and each by itself is unlikely; else it is a bound (Beirami et al. 2024,
   * arXiv 2401.01879, theorem 3.1).
   */
  public static double kl(int n) {
    return Math.log(n) - (n - 1.0) / n;
  }
}
