package dev.luthier.rater;

import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Said;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one rater prefers to what, as a graph in which an edge leads to the worse answer. */
final class Preferences {
  /** The last word on each pair, by its better answer, then its worse one. */
  private final Map<String, Map<String, String>> worse = new TreeMap<>();

  void add(Feedback f, Said.Choice choice) {
    remove(f.answer(), choice.other());
    remove(choice.other(), f.answer());
    switch (choice.preferred()) {
      case THIS -> put(f.answer(), choice.other(), f.id());
      case OTHER -> put(choice.other(), f.answer(), f.id());
      case TIE, NEITHER -> {}
    }
  }

  private void put(String better, String other, String id) {
    worse.computeIfAbsent(better, b -> new TreeMap<>()).put(other, id);
  }

  private void remove(String better, String other) {
    worse.getOrDefault(better, new TreeMap<>()).remove(other);
  }

  /** Every choice that lies on a circle, by the shortest circle that it lies on. */
  void find(List<Finding> out) {
    worse.forEach(
        (better, others) ->
            others.forEach(
                (other, id) -> {
                  int steps = steps(other, better);
                  if (steps > 0) {
                    int n = steps + 1;
                    double factor = (n - 1) / (double) n;
                    out.add(
                        Finding.lessened(
                            id,
                            factor,
                            "lies on a circle of %d choices of the same rater, of which one is wrong at least: counts %.2f of its weight"
                                .formatted(n, factor)));
                  }
                }));
  }

  /** The fewest edges from one answer to another; 0 where there is no way. */
  private int steps(String from, String to) {
    Map<String, Integer> far = new HashMap<>(Map.of(from, 0));
    Deque<String> next = new ArrayDeque<>(List.of(from));
    while (!next.isEmpty()) {
      String at = next.remove();
      int steps = far.getOrDefault(at, 0) + 1;
      for (String other : worse.getOrDefault(at, Map.of()).keySet()) {
        if (other.equals(to)) {
          return steps;
        }
        if (far.putIfAbsent(other, steps) == null) {
          next.add(other);
        }
      }
    }
    return 0;
  }
}
