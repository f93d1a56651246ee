package dev.luthier.data;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A permutation that is a function of its seed (Fisher and Yates, in Durstenfeld's form). */
final class Shuffle {
  private Shuffle() {}

  /** A permutation of 0..n-1. */
  static int[] order(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = IntStream.range(0, n).toArray();
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** So many elements chosen at random without repetition, in their old order. */
  static <T> List<T> choose(List<T> from, int count, long seed) {
    return IntStream.of(order(from.size(), seed))
        .limit(count)
        .sorted()
        .mapToObj(from::get)
        .toList();
  }
}
