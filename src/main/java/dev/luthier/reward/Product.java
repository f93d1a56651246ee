package dev.luthier.reward;

import java.util.ArrayList;
import java.util.Arrays;
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
    double[] totals = new double[answers.size()];
    Arrays.fill(totals, 1);
    List<Map<String, Double>> parts = new ArrayList<>();
    answers.forEach(a -> parts.add(new LinkedHashMap<>()));
    factors.forEach(
        (name, reward) -> {
          List<Score> scores = reward.of(answers);
          for (int i = 0; i < totals.length; i++) {
            totals[i] *= scores.get(i).total();
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
    factors.values().forEach(reward -> reward.check(rows));
  }

  @Override
  public void close() {
    factors.values().forEach(Reward::close);
  }
}
