package dev.luthier.judge;

import dev.luthier.data.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Pairs for tests. */
final class Pairs {
  private Pairs() {}

  /**
   * @param label NaN: the file says nothing
   */
  static Pair of(String prompt, String a, String b, double label) {
    return new Pair(
        new Example.PromptCompletion(prompt, a),
        new Example.PromptCompletion(prompt, b),
        Map.of(),
        "row of " + prompt,
        Double.isNaN(label) ? OptionalDouble.empty() : OptionalDouble.of(label));
  }

  /** Questions whose first answer is right in every other row, and no longer than the other. */
  static List<Pair> many(int n) {
    List<Pair> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean first = i % 2 == 0;
      out.add(
          of(
              "q" + i,
              first ? "good " + i : "evil " + i,
              first ? "evil " + i : "good " + i,
              first ? 1 : 0));
    }
    return out;
  }

  static List<Verdict> verdicts(Judge judge, List<Pair> pairs) {
    List<Optional<Opinion>> opinions = judge.of(pairs);
    List<Verdict> out = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      out.add(new Verdict(pairs.get(i), opinions.get(i).orElseThrow()));
    }
    return out;
  }
}
