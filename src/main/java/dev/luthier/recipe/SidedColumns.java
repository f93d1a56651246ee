package dev.luthier.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The columns of a row of two answers without the answers and what was said of them before. Those
 * that go with an answer come in twos: {@code X_a} and {@code X_b}, {@code chosen_X} and {@code
 * rejected_X}.
 */
record SidedColumns(Map<String, Object> columns) {
  private static final String CHOSEN = "chosen_";
  private static final String REJECTED = "rejected_";

  /** Answers, and judgements that no longer hold. */
  private static final Set<String> OLD =
      Set.of(
          "chosen",
          "rejected",
          "answer_a",
          "answer_b",
          "response_a",
          "response_b",
          "answers",
          "responses",
          "completions",
          "models",
          "probability",
          "votes",
          "margin",
          "scores",
          "grades",
          "ratings",
          "ranks",
          "rank",
          "ranking");

  /**
   * The columns, those of an answer as {@code chosen_X} and {@code rejected_X}.
   *
   * @param first whether the first answer is the chosen one
   */
  Map<String, Object> turned(boolean first) {
    Map<String, Object> out = new LinkedHashMap<>();
    columns.forEach(
        (name, value) -> {
          if (!OLD.contains(name)) {
            Optional<Side> side = side(name);
            out.put(side.map(s -> s.name(first)).orElse(name), value);
          }
        });
    return out;
  }

  /** What a column says, and of which answer. */
  private record Side(String what, boolean ofFirst) {
    String name(boolean firstIsChosen) {
      return (ofFirst == firstIsChosen ? CHOSEN : REJECTED) + what;
    }
  }

  private Optional<Side> side(String name) {
    for (boolean first : new boolean[] {true, false}) {
      String tail = first ? "_a" : "_b";
      String head = first ? CHOSEN : REJECTED;
      if (name.endsWith(tail)) {
        String what = name.substring(0, name.length() - tail.length());
        return twin(what + (first ? "_b" : "_a"), what, first);
      }
      if (name.startsWith(head)) {
        String what = name.substring(head.length());
        return twin((first ? REJECTED : CHOSEN) + what, what, first);
      }
    }
    return Optional.empty();
  }

  private Optional<Side> twin(String other, String what, boolean first) {
    return columns.containsKey(other) ? Optional.of(new Side(what, first)) : Optional.empty();
  }
}
