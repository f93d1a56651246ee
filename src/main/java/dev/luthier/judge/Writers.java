package dev.luthier.judge;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which model wrote which answer. */
public record Writers(String a, String b) {
  private static final List<List<String>> COLUMNS =
      List.of(
          List.of("model_a", "model_b"),
          List.of("chosen_model", "rejected_model"),
          List.of("a_model", "b_model"));

  /** What the columns of a pair's row say, under one of the usual names. */
  public static Optional<Writers> of(Map<String, Object> columns) {
    return COLUMNS.stream()
        .filter(names -> names.stream().allMatch(name -> columns.get(name) != null))
        .findFirst()
        .map(
            names ->
                new Writers(
                    String.valueOf(columns.get(names.get(0))),
                    String.valueOf(columns.get(names.get(1)))));
  }

  /** Which of them a model wrote: 1 for a, -1 for b, 0 for both or none. */
  int own(String model) {
    return Boolean.compare(a.equals(model), b.equals(model));
  }
}
