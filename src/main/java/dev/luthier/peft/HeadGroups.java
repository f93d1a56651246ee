package dev.luthier.peft;

import dev.luthier.error.UserError;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Which key and value heads a regrouped model's new ones stand for. Query head a of A sees head a
 * div (A / G); so a new head stands for the old ones that its query heads saw, each as often as it
 * was seen. Fewer heads are then groups of the old ones (Ainslie et al. 2023, figure 2), more are
 * copies, and as many are the same.
 *
 * @param queries A
 * @param from the G there are
 * @param to the G there will be
 */
public record HeadGroups(int queries, int from, int to) {
  /**
   * An old head within a new one.
   *
   * @param share of the new head's query heads that saw it
   */
  public record Source(int head, double share) {}

  public HeadGroups {
    if (to < 1 || queries % to != 0) {
      throw new UserError(
          "kv-heads must divide the model's %d query heads (%s), was %d"
              .formatted(queries, divisors(queries), to));
    }
  }

  private static String divisors(int of) {
    return String.join(
        ", ",
        IntStream.rangeClosed(1, of).filter(n -> of % n == 0).mapToObj(Integer::toString).toList());
  }

  /** The old heads of a new one. */
  public List<Source> sources(int group) {
    int size = queries / to;
    TreeMap<Integer, Integer> seen = new TreeMap<>();
    for (int a = group * size; a < (group + 1) * size; a++) {
      seen.merge(oldOf(a), 1, Integer::sum);
    }
    return seen.entrySet().stream()
        .map(e -> new Source(e.getKey(), e.getValue() / (double) size))
        .toList();
  }

  /** The old head that a query head saw. */
  public int oldOf(int query) {
    return query / (queries / from);
  }

  /** The new head that a query head sees. */
  public int newOf(int query) {
    return query / (queries / to);
  }

  /** Whether no head changes. */
  public boolean same() {
    return from == to;
  }
}
