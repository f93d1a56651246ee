package dev.luthier.reward;

import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    Map<String, DoubleSummaryStatistics> of = new LinkedHashMap<>();
    for (Score score : scores) {
      score
          .parts()
          .forEach(
              (part, value) ->
                  of.computeIfAbsent(part, p -> new DoubleSummaryStatistics()).accept(value));
    }
    Map<String, Double> out = new LinkedHashMap<>();
    of.forEach((part, values) -> out.put(part, values.getAverage()));
    return out;
  }

  /** One thing. */
  public static Score of(double total) {
    return new Score(total, Map.of());
  }
}
