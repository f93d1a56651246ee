package dev.luthier.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of a prompt and answers with grades, of which more is better: {@code answers} and
 * {@code scores}; one {@code completion} and its {@code score}; or {@code completions} that hold
 * their grades themselves ({@link UltraFeedback}). A grade is a number, or an object with a number
 * for each aspect.
 */
final class Grades {
  private static final List<String> SCORES = List.of("scores", "grades", "ratings");
  private static final List<String> ONE = List.of("completion", "response", "answer");
  private static final List<String> SCORE = List.of("score", "grade", "rating");
  private static final List<List<String>> WAYS =
      Stream.of(
              pairs(Rankings.ANSWERS, SCORES), pairs(ONE, SCORE), Stream.of(List.of("completions")))
          .flatMap(ways -> ways)
          .toList();

  static final Needed NEEDED =
      new Needed(List.of(Prompts.NAMES.stream().map(List::of).toList(), WAYS));

  /** What a grade is called that is one number. */
  private static final String SINGLE = "score";

  private Grades() {}

  private static Stream<List<String>> pairs(List<String> first, List<String> second) {
    return first.stream().flatMap(a -> second.stream().map(b -> List.of(a, b)));
  }

  /** Whether there are scores, or completions that hold theirs. */
  static boolean looks(Row row) {
    List<String> columns = Needed.columns(WAYS, row.columns());
    return columns.size() > 1
        || row.columns().get(columns.get(0)) instanceof List<?> list
            && list.stream()
                .allMatch(one -> one instanceof Map<?, ?> m && m.containsKey("response"));
  }

  static Example read(Row row) {
    List<String> columns = Needed.columns(WAYS, row.columns());
    if (columns.size() == 1) {
      return UltraFeedback.read(row);
    }
    String answers = columns.get(0);
    String scores = columns.get(1);
    if (ONE.contains(answers)) {
      Example.Answered one =
          Prompts.of(row).with(Said.answer(row, answers), Messages.tools(row), answers);
      return graded(List.of(one), List.of(aspects(scores, row.columns().get(scores))));
    }
    List<Example.Answered> each = Rankings.answers(row, answers);
    return graded(each, perAnswer(row, scores, each.size()));
  }

  /** A list with a grade for each answer, or an object with such a list for each aspect. */
  private static List<Map<String, Double>> perAnswer(Row row, String column, int answers) {
    Cells cells = Cells.of(row);
    @Nullable Object value = cells.parsed(column, row.columns().get(column));
    List<Map<String, Double>> out = new ArrayList<>();
    if (value instanceof List<?> list) {
      count(column, list, answers);
      list.forEach(grade -> out.add(aspects(column, grade)));
      return out;
    }
    Map<String, Object> aspects = JsonText.object(value);
    if (aspects == null) {
      throw cells.wrong(column, value, "a list with a grade for each answer");
    }
    for (int i = 0; i < answers; i++) {
      out.add(new LinkedHashMap<>());
    }
    aspects.forEach(
        (aspect, given) -> {
          String name = column + "." + aspect;
          if (!(given instanceof List<?> list)) {
            throw cells.wrong(name, given, "a list with a grade for each answer");
          }
          List<Double> grades = numbers(name, list, answers);
          for (int i = 0; i < answers; i++) {
            out.get(i).put(aspect, grades.get(i));
          }
        });
    return out;
  }

  private static Map<String, Double> aspects(String column, @Nullable Object grade) {
    Map<String, Object> aspects = JsonText.object(grade);
    Map<String, Double> out = new LinkedHashMap<>();
    if (aspects == null) {
      out.put(SINGLE, number(column, grade));
    } else {
      aspects.forEach((name, value) -> out.put(name, number(column + "." + name, value)));
    }
    return out;
  }

  /**
   * @param grades for each answer its grades by aspect
   */
  static Example graded(List<Example.Answered> each, List<Map<String, Double>> grades) {
    if (each.isEmpty()) {
      throw new RefusedRow("there is no answer");
    }
    List<String> aspects = grades.get(0).keySet().stream().sorted().toList();
    for (Map<String, Double> one : grades) {
      if (aspects.isEmpty() || !aspects.equals(one.keySet().stream().sorted().toList())) {
        throw new RefusedRow(
            "the answers are not graded in the same aspects: %s and %s"
                .formatted(aspects, one.keySet()));
      }
    }
    return new Example.Answers(
        each,
        new Judgement.Graded(
            aspects, grades.stream().map(one -> aspects.stream().map(one::get).toList()).toList()));
  }

  static List<Double> numbers(String column, List<?> list, int answers) {
    count(column, list, answers);
    List<Double> out = new ArrayList<>();
    list.forEach(value -> out.add(number(column, value)));
    return out;
  }

  static double number(String column, @Nullable Object value) {
    Map<String, Object> cell = new LinkedHashMap<>();
    cell.put(column, value);
    return new Cells(cell, "column \"%s\"").number(column);
  }

  private static void count(String column, List<?> list, int answers) {
    if (list.size() != answers) {
      throw new RefusedRow(
          "column \"%s\" has %d values for %d answers; each answer needs one"
              .formatted(column, list.size(), answers));
    }
  }
}
