package dev.luthier.reward;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What an answer is worth.
 *
 * @param total what is learnt from
 * @param parts what it is made of, by name, for the log; empty where it is one thing
 */
public record Score(double total, Map<String, Double> parts) {
  public Score {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts)); // in their order
  }

  /** Puts it among other parts: the total by a name, its own parts as {@code name/part}. */
  void under(String name, Map<String, Double> among) {
    among.put(name, total);
    parts.forEach((part, value) -> among.put(name + "/" + part, value));
  }

  /** The mean of each part over the scores that have it. */
  public static Map<String, Double> means(List<Score> scores) {
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    for (Score score : scores) {
      score
          .parts()
          .forEach(
              (part, value) -> {
                sums.merge(part, value, Double::sum);
                counts.merge(part, 1, Integer::sum);
              });
    }
    sums.replaceAll((part, sum) -> sum / Objects.requireNonNull(counts.get(part)));
    return sums;
  }

  /** One thing. */
  public static Score of(double total) {
    return new Score(total, Map.of());
  }
}
