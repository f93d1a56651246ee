package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.UncheckedIOException;

/**
 * How a text is written into a database so that it comes back as it was. PostgreSQL refuses the
 * character 0, and neither database has a form for half a surrogate pair; a model may write the one
 * and a client the other. Such a text stands as escaped JSON behind a character that is none
 * ({@code U+FDD0}); every other text stands as it is.
 */
final class Verbatim {
  private static final char MARK = '\uFDD0';
  private static final ObjectWriter ESCAPED =
      JsonForm.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
  private static final ObjectReader READ = JsonForm.MAPPER.readerFor(String.class);

  private Verbatim() {}

  static String written(String text) {
    if (isPlain(text)) {
      return text;
    }
    try {
      return MARK + ESCAPED.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(String stored) {
    if (stored.isEmpty() || stored.charAt(0) != MARK) {
      return stored;
    }
    try {
      return READ.readValue(stored.substring(1));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line of JSON that stays the same in UTF-8, which has no half of a surrogate pair. */
  static String line(JsonNode node) {
    String text = node.toString();
    try {
      return isPlain(text) ? text : ESCAPED.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || (c == MARK && i == 0)) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
