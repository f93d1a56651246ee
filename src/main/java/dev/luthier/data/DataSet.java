package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One set of a recipe's data.
 *
 * @param location file, folder or glob, as {@link DataFiles#read} takes it
 * @param form the rows' form; told from the columns of the first row where absent
 * @param columns how the file's columns are called
 * @param files what its files are
 * @param weight its share in a mixture, relative to the other sets' weights
 * @param limit read only so many rows
 * @param columnsKept whether samples keep all columns of their rows
 */
public record DataSet(
    String location,
    Optional<Form> form,
    Columns columns,
    FileKind files,
    OptionalDouble weight,
    OptionalLong limit,
    boolean columnsKept) {

  public DataSet {
    if (weight.isPresent() && !(weight.getAsDouble() > 0 && weight.getAsDouble() < 1e9)) {
      throw new UserError("data.weight must be > 0, was " + weight.getAsDouble());
    }
    if (limit.isPresent() && limit.getAsLong() < 1) {
      throw new UserError("data.limit must be at least 1, was " + limit.getAsLong());
    }
  }

  /** A set whose samples keep no columns. */
  public DataSet(
      String location,
      Optional<Form> form,
      Columns columns,
      FileKind files,
      OptionalDouble weight,
      OptionalLong limit) {
    this(location, form, columns, files, weight, limit, false);
  }

  /** A set whose files tell by their names what they are. */
  public DataSet(
      String location,
      Optional<Form> form,
      Columns columns,
      OptionalDouble weight,
      OptionalLong limit) {
    this(location, form, columns, FileKind.BY_NAME, weight, limit);
  }

  /** All of a location, the form told from its columns. */
  public static DataSet of(String location) {
    return new DataSet(
        location,
        Optional.empty(),
        Columns.AS_THEY_ARE,
        OptionalDouble.empty(),
        OptionalLong.empty());
  }

  /** Reads a set that the model is to learn to write. */
  public Samples load() {
    return load(Form.TO_WRITE);
  }

  /**
   * Reads the set. Rows that cannot be used are left out and listed with the reason.
   *
   * @param wanted the forms that the method can learn from
   * @throws UserError if a file is missing or malformed, the form is unknown or none of those
   *     wanted, or no row can be used
   */
  public Samples load(List<Form> wanted) {
    Collector collector = new Collector(wanted);
    DataFiles.read(location, files, limit.orElse(Long.MAX_VALUE), collector::add);
    if (collector.samples.isEmpty()) {
      throw new UserError(
          collector.refused.isEmpty()
              ? location + " holds no rows"
              : "%s: none of %d rows can be used; the first, %s: %s"
                  .formatted(
                      location,
                      collector.refused.size(),
                      collector.refused.get(0).place(),
                      collector.refused.get(0).reason()));
    }
    int rows = collector.samples.size() + collector.refused.size();
    String note =
        "%s: %d rows, form %s"
            .formatted(location, rows, collector.detected.map(Form::label).orElse("unknown"));
    return new Samples(collector.samples, rows, collector.refused, List.of(note));
  }

  private final class Collector {
    final List<Sample> samples = new ArrayList<>();
    final List<Refusal> refused = new ArrayList<>();
    final List<Form> wanted;
    Optional<Form> detected;
    boolean first = true;

    Collector(List<Form> wanted) {
      this.wanted = wanted;
      this.detected = form.map(given -> given.among(wanted));
    }

    void add(Row theirs) {
      if (first) {
        columns.check(theirs);
        first = false;
      }
      Row row = columns.rename(theirs);
      if (detected.isEmpty()) {
        detected = Optional.of(Form.detect(row, wanted));
      }
      Form.Reading reading = detected.get().read(row);
      if (reading instanceof Form.Reading.Accepted accepted) {
        samples.add(columnsKept ? accepted.sample().with(row.columns()) : accepted.sample());
      } else if (reading instanceof Form.Reading.Refused refusal) {
        refused.add(refusal.refusal());
      }
    }
  }
}
