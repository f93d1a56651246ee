package dev.luthier.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of a prompt, {@code answers} and {@code ranks}: the best has the smallest rank, and
 * equal ranks are ties. Without ranks the answers stand in order, the best first; that is never
 * guessed, {@code form: ranking} must say so.
 */
final class Rankings {
  /** What a list of answers may be called. */
  static final List<String> ANSWERS = List.of("answers", "responses", "completions");

  private static final List<List<String>> RANKS = Needed.oneOf("ranks", "rank", "ranking");
  static final Needed NEEDED =
      new Needed(
          List.of(
              Prompts.NAMES.stream().map(List::of).toList(),
              ANSWERS.stream().map(List::of).toList(),
              RANKS));

  private Rankings() {}

  static Example read(Row row) {
    String column = Needed.columns(ANSWERS.stream().map(List::of).toList(), row.columns()).get(0);
    List<Example.Answered> answers = answers(row, column);
    if (answers.size() < 2) {
      throw new RefusedRow(
          "column \"%s\" has %d answers; at least two are needed"
              .formatted(column, answers.size()));
    }
    List<Double> ranks = ranks(row, answers.size());
    List<Integer> order = order(ranks);
    List<Integer> dense = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      boolean first = i == 0;
      boolean tied = !first && ranks.get(order.get(i)).equals(ranks.get(order.get(i - 1)));
      dense.add(first ? 0 : dense.get(i - 1) + (tied ? 0 : 1));
    }
    return new Example.Answers(
        order.stream().map(answers::get).toList(), new Judgement.Ranked(dense));
  }

  /**
   * Where each answer of an example stands in its row.
   *
   * @param answers how many there are
   */
  static List<Integer> order(Row row, int answers) {
    return order(ranks(row, answers));
  }

  private static List<Integer> order(List<Double> ranks) {
    return IntStream.range(0, ranks.size())
        .boxed()
        .sorted(Comparator.comparing(ranks::get)) // stable
        .toList();
  }

  /** The prompt with each of the answers, none twice. */
  static List<Example.Answered> answers(Row row, String column) {
    Said prompt = Prompts.of(row);
    List<Example.Answered> out = new ArrayList<>();
    for (Said answer : Said.answers(row, column)) {
      Example.Answered answered = prompt.with(answer, Messages.tools(row), column);
      if (out.contains(answered)) {
        throw new RefusedRow(
            "column \"%s\" has the same answer twice; keep one of them".formatted(column));
      }
      out.add(answered);
    }
    return out;
  }

  private static List<Double> ranks(Row row, int answers) {
    Optional<String> column =
        RANKS.stream().map(way -> way.get(0)).filter(row.columns()::containsKey).findFirst();
    if (column.isEmpty()) {
      return IntStream.range(0, answers).mapToObj(i -> (double) i).toList();
    }
    Cells cells = Cells.of(row);
    @Nullable Object found = row.columns().get(column.get());
    if (!(cells.parsed(column.get(), found) instanceof List<?> list)) {
      throw cells.wrong(column.get(), found, "a list with the rank of each answer");
    }
    return Grades.numbers(column.get(), list, answers);
  }
}
