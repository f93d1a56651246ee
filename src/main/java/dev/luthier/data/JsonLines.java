package dev.luthier.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.luthier.error.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of a {@code .jsonl} file: one object per line; blank lines are passed over. */
final class JsonLines implements RowReader {
  private final Path file;
  private final BufferedReader reader;
  private long line;

  private JsonLines(Path file, BufferedReader reader) {
    this.file = file;
    this.reader = reader;
  }

  static RowReader open(Path file, Charset charset) throws IOException {
    return new JsonLines(file, Unzipped.reader(file, charset));
  }

  @Override
  public @Nullable Row next() throws IOException {
    String text;
    do {
      text = reader.readLine();
      line++;
    } while (text != null && text.isBlank());
    return text == null ? null : row(text, file + " line " + line);
  }

  private static Row row(String text, String place) throws IOException {
    try {
      Object value = JsonText.WHOLE.readValue(text);
      Map<String, Object> columns = JsonText.object(value);
      if (columns == null) {
        throw new UserError(
            "%s: found %s; each line must be one JSON object with named columns"
                .formatted(place, JsonText.kind(value)));
      }
      return new Row(columns, place);
    } catch (JsonProcessingException e) {
      throw new UserError(
          "%s column %d: malformed JSON: %s"
              .formatted(place, e.getLocation().getColumnNr(), JsonText.reason(e)),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
