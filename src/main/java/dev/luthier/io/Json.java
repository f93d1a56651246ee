package dev.luthier.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * JSON as model folders and run directories use it: a name twice in one object is an error, whole
 * numbers come back as {@code Long}, others as the same {@code Double} bit for bit, and NaN and
 * Infinity are written bare, as Python reads and writes them.
 */
final class Json {
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private Json() {}

  /**
   * @throws UserError if the file is missing, unreadable, not JSON or not an object
   */
  static JsonNode object(Path file) {
    try (JsonParser parser = MAPPER.createParser(Files.newInputStream(file))) {
      JsonNode node = MAPPER.readTree(parser);
      if (node == null || !node.isObject()) {
        throw new UserError(file + ": expected a JSON object");
      }
      if (parser.nextToken() != null) {
        throw new UserError(
            "%s: goes on behind the JSON object at line %d"
                .formatted(file, parser.currentTokenLocation().getLineNr()));
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new UserError(file + ": " + where(e), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(file, e), e);
    }
  }

  /** The file's object as nested maps, lists, strings, booleans, Longs and Doubles. */
  static Map<String, Object> map(Path file) {
    return MAPPER.convertValue(object(file), OBJECT);
  }

  /** Indented JSON with a line break at the end. */
  static byte[] bytes(Object value) {
    try {
      String text = MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
      return (text + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** "line 3, column 7: Unexpected character ...". */
  static String where(JsonProcessingException e) {
    String problem = e.getOriginalMessage().replaceAll("\\s+", " ");
    return e.getLocation() == null
        ? "not valid JSON: " + problem
        : "not valid JSON at line %d, column %d: %s"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr(), problem);
  }
}
