package dev.luthier.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How often of two cases the one with the higher truth gets the higher score: over all pairs of
 * cases whose truths differ, equal scores counting half (Harrell et al. 1982, Evaluating the Yield
 * of Medical Tests). Where the truth is 0 or 1 it is the area under the ROC curve. 1 is best, 1/2
 * is chance.
 */
public final class Concordance {
  private Concordance() {}

  /**
   * In O(n log n).
   *
   * @param truth of each case
   * @param scores of the same
   * @return NaN where all truths are equal
   */
  public static double of(double[] truth, double[] scores) {
    double[] sorted = Arrays.stream(scores).map(s -> s + 0.0).sorted().distinct().toArray();
    int[] ranks =
        Arrays.stream(scores).mapToInt(s -> Arrays.binarySearch(sorted, s + 0.0)).toArray();
    Integer[] order =
        IntStream.range(0, truth.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> truth[i]))
            .toArray(Integer[]::new);
    long[] below = new long[sorted.length + 1]; // a Fenwick tree of the cases of lower truth
    double hits = 0;
    long pairs = 0;
    for (int from = 0, until; from < order.length; from = until) {
      until = from;
      while (until < order.length && truth[order[until]] == truth[order[from]]) {
        long lower = sum(below, ranks[order[until]]);
        hits += (lower + sum(below, ranks[order[until]] + 1)) / 2.0; // half of the equal ones
        pairs += from;
        until++;
      }
      for (int i = from; i < until; i++) {
        add(below, ranks[order[i]] + 1);
      }
    }
    return hits / pairs;
  }

  /** How many were added at the places 1 to n. */
  private static long sum(long[] tree, int n) {
    long out = 0;
    for (int i = n; i > 0; i -= i & -i) {
      out += tree[i];
    }
    return out;
  }

  private static void add(long[] tree, int place) {
    for (int i = place; i < tree.length; i += i & -i) {
      tree[i]++;
    }
  }
}
