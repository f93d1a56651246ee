package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A row that asks something, whatever else it is for: a prompt alone, with an answer, or with
 * answers that are judged.
 *
 * @param example of a prompt alone one with an empty answer
 * @param columns all that the row says, under our names
 */
public record Prompted(Example example, Map<String, Object> columns, String place) {
  private static final List<Form> FORMS =
      Stream.concat(Form.TO_PREFER.stream(), Form.TO_WRITE.stream())
          .filter(form -> form != Form.TEXT)
          .toList();

  /** What a file holds. */
  public record Read(List<Prompted> rows, List<Refusal> refused) {
    private void add(Row row, Optional<Form> form) {
      Form.Reading reading = form.map(f -> f.read(row)).orElseGet(() -> alone(row));
      if (reading instanceof Form.Reading.Accepted accepted) {
        rows.add(new Prompted(accepted.sample().example(), row.columns(), row.place()));
      } else if (reading instanceof Form.Reading.Refused refusal) {
        refused.add(refusal.refusal());
      }
    }
  }

  private static Form.Reading alone(Row row) {
    try {
      Example prompt = Prompts.of(row).with(new Said.Text(""), Messages.tools(row), "answer");
      return new Form.Reading.Accepted(new Sample(prompt, row.place()));
    } catch (RefusedRow e) {
      return new Form.Reading.Refused(new Refusal(row.place(), e.reason()));
    }
  }

  /**
   * Reads the rows of a file, folder or glob.
   *
   * @param form told from the columns of the first row where absent
   * @param limit at most so many rows
   * @throws UserError if a file is missing or malformed, or no row asks anything
   */
  public static Read read(String location, Optional<Form> form, Columns columns, long limit) {
    form.ifPresent(given -> given.among(FORMS));
    List<Row> rows = new ArrayList<>();
    DataFiles.read(location, FileKind.BY_NAME, limit, rows::add);
    if (rows.isEmpty()) {
      throw new UserError(location + " holds no rows");
    }
    columns.check(rows.get(0));
    Row first = columns.rename(rows.get(0));
    Optional<Form> detected = form.or(() -> FORMS.stream().filter(f -> f.fits(first)).findFirst());
    if (detected.isEmpty() && !Prompts.isIn(first)) {
      throw new UserError(
          "%s: the columns are %s, of which none is a prompt, question or instruction; rename yours, as --columns prompt=%s"
              .formatted(
                  first.place(),
                  String.join(", ", first.columns().keySet()),
                  first.columns().keySet().stream().findFirst().orElse("input")));
    }
    Read out = new Read(new ArrayList<>(), new ArrayList<>());
    rows.forEach(row -> out.add(columns.rename(row), detected));
    if (out.rows.isEmpty()) {
      throw new UserError(
          "%s: none of %d rows can be used; the first, %s: %s"
              .formatted(
                  location, rows.size(), out.refused.get(0).place(), out.refused.get(0).reason()));
    }
    return out;
  }
}
