package dev.luthier.reward;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several rewards, each times its weight, added up. Every one of them is a part of the score by its
 * name, before it is weighted, and so are its own parts, as {@code name/part}.
 *
 * @param summands by name
 */
public record WeightedSum(Map<String, Summand> summands) implements Reward {
  public WeightedSum {
    summands = Collections.unmodifiableMap(new LinkedHashMap<>(summands)); // in their order
  }

  /** A reward and its weight. */
  public record Summand(Reward reward, double weight) {}

  @Override
  public List<Score> of(List<Asked> answers) {
    double[] totals = new double[answers.size()];
    List<Map<String, Double>> parts = new ArrayList<>();
    answers.forEach(a -> parts.add(new LinkedHashMap<>()));
    summands.forEach(
        (name, summand) -> {
          List<Score> scores = summand.reward().of(answers);
          for (int i = 0; i < totals.length; i++) {
            totals[i] += summand.weight() * scores.get(i).total();
            scores.get(i).under(name, parts.get(i));
          }
        });
    List<Score> out = new ArrayList<>();
    for (int i = 0; i < totals.length; i++) {
      out.add(new Score(totals[i], parts.get(i)));
    }
    return out;
  }

  @Override
  public void check(List<Asked> rows) {
    summands.values().forEach(summand -> summand.reward().check(rows));
  }

  @Override
  public void close() {
    summands.values().forEach(summand -> summand.reward().close());
  }
}
