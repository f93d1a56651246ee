package dev.luthier.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a {@code .json} file: one array of objects; or one object that holds exactly one array of
 * objects (as {@code {"version": 1, "data": [...]}}); or objects one after the other.
 */
final class JsonRows implements RowReader {
  private final Path file;
  private final JsonParser parser;
  private final Deque<Map<String, Object>> ahead = new ArrayDeque<>();
  private boolean array;
  private long count;

  private JsonRows(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  static RowReader open(Path file, Charset charset) throws IOException {
    JsonRows rows =
        new JsonRows(file, JsonText.MAPPER.createParser(Unzipped.reader(file, charset)));
    try {
      rows.begin();
      return rows;
    } catch (JsonProcessingException e) {
      rows.close();
      throw rows.malformed(e);
    } catch (UserError e) {
      rows.close();
      throw e;
    }
  }

  /** An array is entered; a first object is a row if another follows, alone it holds the rows. */
  private void begin() throws IOException {
    JsonToken token = parser.nextToken();
    array = token == JsonToken.START_ARRAY;
    if (array || token == null) {
      return;
    }
    Map<String, Object> first = object(token);
    JsonToken next = parser.nextToken();
    if (next == null) {
      ahead.addAll(rowsInside(first));
    } else {
      ahead.add(first);
      ahead.add(object(next));
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    try {
      Map<String, Object> columns = ahead.isEmpty() ? read() : ahead.poll();
      return columns == null ? null : new Row(columns, file + " row " + ++count);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    }
  }

  private @Nullable Map<String, Object> read() throws IOException {
    JsonToken token = parser.nextToken();
    if (array && token == JsonToken.END_ARRAY) {
      array = false;
      token = parser.nextToken();
      if (token != null) {
        throw new UserError(line() + ": something follows the array of rows");
      }
    }
    return token == null ? null : object(token);
  }

  private Map<String, Object> object(JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw new UserError(
          "%s: %s stands where a row should; each row must be an object with named columns"
              .formatted(line(), JsonText.kind(parser.readValueAs(Object.class))));
    }
    return JsonText.OBJECT.readValue(parser);
  }

  private List<Map<String, Object>> rowsInside(Map<String, Object> whole) {
    List<List<?>> arrays =
        whole.values().stream()
            .filter(v -> v instanceof List<?> list && list.stream().allMatch(Map.class::isInstance))
            .<List<?>>map(v -> (List<?>) v)
            .toList();
    if (arrays.size() != 1) {
      throw new UserError(
          "%s is one object (%s) with %d arrays of objects; give it exactly one, or make the file an array of rows"
              .formatted(file, String.join(", ", whole.keySet()), arrays.size()));
    }
    return arrays.get(0).stream().map(row -> Objects.requireNonNull(JsonText.object(row))).toList();
  }

  private String line() {
    return file + " line " + parser.currentTokenLocation().getLineNr();
  }

  private UserError malformed(JsonProcessingException e) {
    return new UserError(
        "%s line %d column %d: malformed JSON: %s"
            .formatted(
                file,
                e.getLocation().getLineNr(),
                e.getLocation().getColumnNr(),
                JsonText.reason(e)),
        e);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
