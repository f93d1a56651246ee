package dev.luthier.rater;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Raters who seem to act together: the connected parts of the graph of suspects.
 *
 * @param of the group of each rater who is in one, counted from 1
 * @param suspects the pairs that were found
 */
record Groups(Map<Integer, Integer> of, List<Collusion.Suspect> suspects) {
  static Groups of(List<Collusion.Suspect> suspects) {
    Map<Integer, Integer> root = new HashMap<>();
    for (Collusion.Suspect s : suspects) {
      int a = root(root, s.pair().a());
      int b = root(root, s.pair().b());
      root.put(Math.max(a, b), Math.min(a, b));
    }
    Map<Integer, Integer> numbers = new HashMap<>();
    Map<Integer, Integer> out = new TreeMap<>();
    root.keySet().stream()
        .sorted()
        .forEach(
            rater -> {
              int first = root(root, rater);
              numbers.putIfAbsent(first, numbers.size() + 1);
              out.put(rater, numbers.get(first));
            });
    return new Groups(out, suspects);
  }

  private static int root(Map<Integer, Integer> root, int rater) {
    int at = rater;
    root.putIfAbsent(at, at);
    while (root.get(at) != at) {
      at = root.get(at);
    }
    return at;
  }

  boolean has(int rater) {
    return of.containsKey(rater);
  }

  int size(int rater) {
    int group = of.getOrDefault(rater, 0);
    return (int) of.values().stream().filter(g -> g == group).count();
  }

  /** Why a rater is in a group: the strongest of its pairs. */
  String reason(int rater, List<String> names) {
    Optional<Collusion.Suspect> strongest =
        suspects.stream()
            .filter(s -> s.pair().a() == rater || s.pair().b() == rater)
            .min(Comparator.comparingDouble(Collusion.Suspect::p));
    List<String> others = new ArrayList<>();
    of.forEach(
        (other, group) -> {
          if (other != rater && group.equals(of.get(rater))) {
            others.add(names.get(other));
          }
        });
    return strongest
        .map(
            s ->
                String.format(
                    Locale.ROOT,
                    "the rater seems to act together with %s: agrees with %s on %d of %d questions,"
                        + " where %.1f were to be expected (p = %.1e)",
                    few(others),
                    names.get(s.pair().a() == rater ? s.pair().b() : s.pair().a()),
                    s.pair().agreed(),
                    s.pair().shared(),
                    s.pair().expected(),
                    s.p()))
        .orElse("");
  }

  private static String few(List<String> names) {
    return names.size() <= 3
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 3)) + " and %d more".formatted(names.size() - 3);
  }
}
