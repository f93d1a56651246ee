package dev.luthier.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON values written for the engine's {@code decode}. Plain JSON would lose what Python keeps: the
 * order of keys like "2" and "1", the difference of 1 and 1.0, integers beyond 2^53. So a map is
 * ["m", key, value, ...], a list ["l", ...], a float ["f", text], a long integer ["i", text].
 */
final class TemplateValues {

  private static final JsonFactory JSON = new JsonFactory();
  private static final long MAX_SAFE = (1L << 53) - 1;

  private TemplateValues() {}

  static String write(Map<String, ?> variables) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      writeValue(variables, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartArray();
      json.writeString("m");
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeString(String.valueOf(entry.getKey()));
        writeValue(entry.getValue(), json);
      }
      json.writeEndArray();
    } else if (value instanceof Collection<?> items) {
      json.writeStartArray();
      json.writeString("l");
      for (Object item : items) {
        writeValue(item, json);
      }
      json.writeEndArray();
    } else if (value instanceof Number number) {
      writeNumber(number, json);
    } else {
      throw new IllegalArgumentException(
          "not a JSON value for a chat template: " + value.getClass().getName());
    }
  }

  private static void writeNumber(Number number, JsonGenerator json) throws IOException {
    boolean big = number instanceof BigInteger;
    boolean integer =
        number instanceof Long
            || number instanceof Integer
            || number instanceof Short
            || number instanceof Byte;
    if (integer && Math.abs(number.longValue()) <= MAX_SAFE) {
      json.writeNumber(number.longValue());
    } else {
      json.writeStartArray();
      json.writeString(integer || big ? "i" : "f");
      json.writeString(integer || big ? number.toString() : Double.toString(number.doubleValue()));
      json.writeEndArray();
    }
  }
}
