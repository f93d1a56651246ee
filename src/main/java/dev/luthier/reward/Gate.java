package dev.luthier.reward;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A reward that an answer gets only if it is good enough by another one; that one is then asked
 * about no other answer. Parts are {@code when}, {@code open} (1 or 0), and {@code then} where the
 * gate is open, each with its own parts as {@code name/part}.
 *
 * @param when decides
 * @param atLeast the least score by it that opens the gate
 * @param then what is behind the gate
 * @param otherwise what an answer is worth that does not pass
 */
public record Gate(Reward when, double atLeast, Reward then, double otherwise) implements Reward {
  private static final String WHEN = "when";
  private static final String OPEN = "open";
  private static final String THEN = "then";

  @Override
  public List<Score> of(List<Asked> answers) {
    List<Score> first = when.of(answers);
    List<Asked> passed = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      if (open(first.get(i))) {
        passed.add(answers.get(i));
      }
    }
    List<Score> behind = passed.isEmpty() ? List.of() : then.of(passed);
    List<Score> out = new ArrayList<>();
    int at = 0;
    for (Score decided : first) {
      Map<String, Double> parts = new LinkedHashMap<>();
      decided.under(WHEN, parts);
      parts.put(OPEN, open(decided) ? 1.0 : 0);
      double total = otherwise;
      if (open(decided)) {
        Score score = behind.get(at++);
        score.under(THEN, parts);
        total = score.total();
      }
      out.add(new Score(total, parts));
    }
    return out;
  }

  private boolean open(Score decided) {
    return decided.total() >= atLeast;
  }

  @Override
  public void check(List<Asked> rows) {
    when.check(rows);
    then.check(rows);
  }

  @Override
  public void close() {
    when.close();
    then.close();
  }
}
