package dev.luthier.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far raters agree beyond chance: 1 where they always do, 0 where they do as often as their own
 * habits make them, below 0 where they do so less. p_o is how often they agree, p_e how often they
 * would by chance,
 *
 * <pre>
 * kappa = (p_o - p_e) / (1 - p_e)
 * </pre>
 *
 * NaN where there is nothing to agree on: no item, or all raters always say the same one thing.
 */
public final class Kappa {
  private Kappa() {}

  /**
   * Of two raters (Cohen 1960, A Coefficient of Agreement for Nominal Scales): by chance each says
   * k as often as he does, p_e = sum_k p_a(k) p_b(k).
   *
   * @param a what the first says of each item
   * @param b what the second says of the same
   */
  public static double cohen(List<Integer> a, List<Integer> b) {
    if (a.size() != b.size()) {
      throw new IllegalArgumentException(a.size() + " and " + b.size() + " items");
    }
    double n = a.size();
    double same = 0;
    for (int i = 0; i < a.size(); i++) {
      same += a.get(i).equals(b.get(i)) ? 1 : 0;
    }
    Map<Integer, Integer> first = counts(a);
    Map<Integer, Integer> second = counts(b);
    double chance =
        first.entrySet().stream()
            .mapToDouble(e -> e.getValue() / n * (second.getOrDefault(e.getKey(), 0) / n))
            .sum();
    return beyond(same / n, chance);
  }

  /**
   * Of several raters of the same items (Fleiss 1971, Measuring Nominal Scale Agreement Among Many
   * Raters): p_o is the mean over items of the share of pairs of raters who agree, and by chance
   * all say k as often as all do together, p_e = sum_k p(k)^2.
   *
   * @param raters what each says of each item; at least two
   */
  public static double fleiss(List<List<Integer>> raters) {
    int m = raters.size();
    int n = raters.get(0).size();
    Map<Integer, Integer> all = new HashMap<>();
    double agreed = 0;
    for (int i = 0; i < n; i++) {
      int item = i;
      Map<Integer, Integer> said = counts(raters.stream().map(one -> one.get(item)).toList());
      agreed += said.values().stream().mapToDouble(c -> c * (c - 1.0)).sum() / (m * (m - 1.0));
      said.forEach((kind, count) -> all.merge(kind, count, Integer::sum));
    }
    double chance = all.values().stream().mapToDouble(c -> Math.pow(c / ((double) m * n), 2)).sum();
    return beyond(agreed / n, chance);
  }

  private static double beyond(double observed, double chance) {
    return chance == 1 ? Double.NaN : (observed - chance) / (1 - chance);
  }

  private static Map<Integer, Integer> counts(List<Integer> said) {
    Map<Integer, Integer> out = new HashMap<>();
    said.forEach(kind -> out.merge(kind, 1, Integer::sum));
    return out;
  }
}
