package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row with answers to compare, whether the file judges them or not: {@code chosen} and {@code
 * rejected}, {@code answer_a} and {@code answer_b}, or {@code answers}.
 *
 * @param row as the file has it, under our names
 * @param answers in the order of the row; their judgement says nothing where the file does not
 * @param values of the answers, as the file has them
 * @param judged whether the file says which are better
 */
public record Candidates(Row row, Example.Answers answers, List<Object> values, boolean judged) {
  private static final List<List<String>> PAIRS =
      List.of(
          List.of("chosen", "rejected"),
          List.of("answer_a", "answer_b"),
          List.of("response_a", "response_b"));

  private static final List<String> GRADED =
      List.of("scores", "grades", "ratings", "ranks", "rank", "ranking");

  public Candidates {
    values = List.copyOf(values);
  }

  /**
   * The rows of a file.
   *
   * @param refused those that cannot be used
   */
  public record All(List<Candidates> rows, List<Refusal> refused) {}

  /**
   * Reads a file, folder or glob.
   *
   * @param form of all rows; unset: told from the columns of the first
   * @param limit at most so many rows
   * @throws UserError if a file is missing or malformed, or no row has answers to compare
   */
  public static All read(String location, Optional<Form> form, Columns columns, long limit) {
    List<Row> all = new ArrayList<>();
    DataFiles.read(location, FileKind.BY_NAME, limit, all::add);
    if (all.isEmpty()) {
      throw new UserError(location + " holds no rows");
    }
    columns.check(all.get(0));
    Form found =
        form.map(f -> f.among(Form.TO_PREFER))
            .orElseGet(() -> Form.detect(complete(columns.rename(all.get(0))), Form.TO_PREFER));
    All out = new All(new ArrayList<>(), new ArrayList<>());
    for (Row theirs : all) {
      add(out, columns.rename(theirs), found);
    }
    if (out.rows.isEmpty()) {
      Refusal first = out.refused.get(0);
      throw new UserError(
          "%s: none of %d rows can be used; the first, %s: %s"
              .formatted(location, all.size(), first.place(), first.reason()));
    }
    return out;
  }

  private static void add(All into, Row row, Form form) {
    Row complete = complete(row);
    Form.Reading reading = form.read(complete);
    if (reading instanceof Form.Reading.Refused refusal) {
      into.refused.add(refusal.refusal());
    } else if (reading instanceof Form.Reading.Accepted accepted) {
      Example.Answers answers = (Example.Answers) accepted.sample().example();
      if (answers.each().size() < 2) {
        into.refused.add(new Refusal(row.place(), "there is one answer; a judge compares two"));
      } else {
        boolean judged = complete.columns().size() == row.columns().size();
        into.rows.add(
            new Candidates(row, answers, values(row, form, answers), judged && !even(answers)));
      }
    }
  }

  private static boolean even(Example.Answers answers) {
    int n = answers.each().size();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (answers.judgement().better(i, j)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The row with a judgement that says nothing, where it has none. */
  private static Row complete(Row row) {
    Map<String, Object> columns = row.columns();
    Map<String, Object> out = new LinkedHashMap<>(columns);
    boolean pair =
        PAIRS.stream().skip(1).anyMatch(names -> names.stream().allMatch(columns::containsKey));
    if (pair && columns.get("probability") == null && columns.get("votes") == null) {
      out.put("probability", 1 / 2.0);
    } else if (answers(row).isPresent() && GRADED.stream().noneMatch(columns::containsKey)) {
      list(row).ifPresent(list -> out.put("ranks", list.stream().map(one -> 1).toList()));
    }
    return new Row(out, row.place());
  }

  private static Optional<String> answers(Row row) {
    return Rankings.ANSWERS.stream().filter(name -> row.columns().get(name) != null).findFirst();
  }

  private static Optional<List<?>> list(Row row) {
    @Nullable Object found = answers(row).map(row.columns()::get).orElse(null);
    if (found instanceof List<?> list) {
      return Optional.of(list);
    }
    return answers(row)
        .map(name -> Cells.of(row).parsed(name, row.columns().get(name)))
        .filter(List.class::isInstance)
        .map(parsed -> (List<?>) parsed);
  }

  /** The two columns that hold the answers of a pair; empty where a list does. */
  public Optional<List<String>> names() {
    return names(row);
  }

  private static Optional<List<String>> names(Row row) {
    return PAIRS.stream()
        .filter(names -> names.stream().allMatch(row.columns()::containsKey))
        .findFirst();
  }

  /** What stands in the file, best answer first where the form sorts them. */
  private static List<Object> values(Row row, Form form, Example.Answers answers) {
    Optional<List<String>> names = names(row);
    if (names.isPresent()) {
      return names.get().stream().map(name -> row.columns().get(name)).toList();
    }
    List<Object> out = new ArrayList<>();
    List<?> list = list(row).orElse(List.of());
    List<Integer> places =
        form == Form.RANKING && row.columns().keySet().stream().anyMatch(GRADED::contains)
            ? Rankings.order(row, answers.each().size())
            : List.of();
    for (int i = 0; i < answers.each().size(); i++) {
      int place = places.isEmpty() ? i : places.get(i);
      Object value = place < list.size() ? list.get(place) : null;
      boolean whole = value instanceof String || value instanceof List;
      out.add(whole ? value : answers.each().get(i).said());
    }
    return out;
  }
}
