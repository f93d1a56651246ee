package dev.luthier.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a {@code .csv} or {@code .tsv} file (RFC 4180) whose first line names the columns. Every
 * value is a text; a row has as many fields as the first line.
 */
final class CsvRows implements RowReader {
  private final Path file;
  private final CloseableIterator<CsvRecord> records;
  private @Nullable List<String> header;

  private CsvRows(Path file, CloseableIterator<CsvRecord> records) {
    this.file = file;
    this.records = records;
  }

  /** Opens files whose fields are separated by this character. */
  static Format separatedBy(char separator) {
    return (file, charset) ->
        new CsvRows(
            file,
            CsvReader.builder()
                .fieldSeparator(separator)
                .allowMissingFields(true) // counted here, to name the line and the columns
                .allowExtraFields(true)
                .ofCsvRecord(Unzipped.reader(file, charset))
                .iterator());
  }

  @Override
  public @Nullable Row next() throws IOException {
    try {
      if (header == null && records.hasNext()) {
        header = header(records.next().getFields());
      }
      return header != null && records.hasNext() ? row(header, records.next()) : null;
    } catch (CsvParseException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UserError("%s: malformed CSV: %s".formatted(file, cause.getMessage()), e);
    }
  }

  private List<String> header(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new UserError("%s line 1: column \"%s\" is named twice".formatted(file, name));
      }
    }
    return names;
  }

  private Row row(List<String> header, CsvRecord row) {
    String place = file + " line " + row.getStartingLineNumber();
    if (row.getFieldCount() != header.size()) {
      throw new UserError(
          "%s: %d fields where line 1 names %d columns (%s)"
              .formatted(place, row.getFieldCount(), header.size(), String.join(", ", header)));
    }
    Map<String, Object> columns = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      columns.put(header.get(i), row.getField(i));
    }
    return new Row(columns, place);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
