package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A row of judged answers beside what a file says of it.
 *
 * @param row as the file has it
 * @param answers what was read
 * @param places where each answer stands among those of the row: 0, 1 ...
 */
public record JudgedRow(Row row, Example.Answers answers, List<Integer> places) {
  public JudgedRow {
    places = List.copyOf(places);
  }

  /**
   * The rows of a file.
   *
   * @param form of its rows; that of the first of them that is usable
   * @param refused those that cannot be used
   */
  public record All(Form form, List<JudgedRow> rows, List<Refusal> refused) {}

  /**
   * Reads a file, folder or glob.
   *
   * @param form of all rows; unset: told from the columns of the first
   * @throws UserError if a file is missing or malformed, the form is unknown or another one, or no
   *     row can be used
   */
  public static All read(String location, Optional<Form> form, Columns columns) {
    Optional<Form> given = form.map(f -> f.among(Form.TO_PREFER));
    List<Row> all = new ArrayList<>();
    DataFiles.read(location, FileKind.BY_NAME, Long.MAX_VALUE, all::add);
    if (all.isEmpty()) {
      throw new UserError(location + " holds no rows");
    }
    columns.check(all.get(0));
    Form found = given.orElseGet(() -> Form.detect(columns.rename(all.get(0)), Form.TO_PREFER));
    List<JudgedRow> rows = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>();
    for (Row theirs : all) {
      Row row = columns.rename(theirs);
      Form.Reading reading = found.read(row);
      if (reading instanceof Form.Reading.Accepted accepted) {
        Example.Answers answers = (Example.Answers) accepted.sample().example();
        rows.add(new JudgedRow(theirs, answers, places(found, row, answers.each().size())));
      } else if (reading instanceof Form.Reading.Refused refusal) {
        refused.add(refusal.refusal());
      }
    }
    if (rows.isEmpty()) {
      throw new UserError(
          "%s: none of %d rows can be used; the first, %s: %s"
              .formatted(location, all.size(), refused.get(0).place(), refused.get(0).reason()));
    }
    return new All(found, rows, refused);
  }

  /** Only rankings are put in another order. */
  private static List<Integer> places(Form form, Row row, int answers) {
    return form == Form.RANKING
        ? Rankings.order(row, answers)
        : IntStream.range(0, answers).boxed().toList();
  }
}
