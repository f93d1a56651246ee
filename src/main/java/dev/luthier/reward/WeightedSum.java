package dev.luthier.reward;

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
    Joined out = new Joined(answers.size(), 0);
    summands.forEach(
        (name, summand) ->
            out.with(
                name, summand.reward().of(answers), (all, one) -> all + summand.weight() * one));
    return out.scores();
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
