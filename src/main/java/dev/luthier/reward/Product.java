package dev.luthier.reward;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several rewards, multiplied: where each goes from 0 to 1, an answer has to be good by all of them
 * at once. Every one is a part of the score by its name, and so are its own parts, as {@code
 * name/part}.
 *
 * @param factors by name
 */
public record Product(Map<String, Reward> factors) implements Reward {
  public Product {
    factors = Collections.unmodifiableMap(new LinkedHashMap<>(factors)); // in their order
  }

  @Override
  public List<Score> of(List<Asked> answers) {
    Joined out = new Joined(answers.size(), 1);
    factors.forEach((name, reward) -> out.with(name, reward.of(answers), (all, one) -> all * one));
    return out.scores();
  }

  @Override
  public void check(List<Asked> rows) {
    factors.values().forEach(reward -> reward.check(rows));
  }

  @Override
  public void close() {
    factors.values().forEach(Reward::close);
  }
}
