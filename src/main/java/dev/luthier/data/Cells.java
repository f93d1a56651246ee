package dev.luthier.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes typed values out of an object of a row, or refuses the row.
 *
 * @param fields the object
 * @param where how messages call a field of it: {@code column "%s"}, {@code messages[2].%s}
 */
record Cells(Map<String, Object> fields, String where) {

  static Cells of(Row row) {
    return new Cells(row.columns(), "column \"%s\"");
  }

  String text(String name) {
    String text = textOrNull(name);
    if (text == null) {
      throw new RefusedRow(where.formatted(name) + " is missing; a text is needed");
    }
    return text;
  }

  /** A text, or null if the field is missing or null. */
  @Nullable String textOrNull(String name) {
    Object value = fields.get(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw wrong(name, value, "a text");
  }

  /** A class's name: a text, a whole number, or true or false, in the way JSON writes it. */
  String label(String name) {
    Object value = fields.get(name);
    if (value instanceof String text && !text.isBlank()) {
      return text.strip();
    }
    if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
      return String.valueOf(value);
    }
    throw wrong(name, value, "a label: a text or a whole number");
  }

  /** A text or a whole number that is not blank, where the field is that. */
  Optional<String> name(String name) {
    Object value = fields.get(name);
    boolean plain = value instanceof String || value instanceof Integer || value instanceof Long;
    return plain
        ? Optional.of(String.valueOf(value).strip()).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  /** A finite number, as a number or as a text of one. */
  double number(String name) {
    Object value = fields.get(name);
    double number;
    try {
      number = value instanceof Number n ? n.doubleValue() : Double.parseDouble(text(name).strip());
    } catch (NumberFormatException e) {
      throw wrong(name, value, "a number");
    }
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw new RefusedRow(where.formatted(name) + " is not finite; a finite number is needed");
    }
    return number;
  }

  /** A list of labels or words: a list, JSON text of one, or a text cut at its blanks. */
  List<String> list(String name) {
    Object value = fields.get(name);
    if (value instanceof String text && !text.stripLeading().startsWith("[")) {
      return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
    if (!(parsed(name, value) instanceof List<?> list)) {
      throw wrong(name, value, "a list of texts");
    }
    List<String> out = new ArrayList<>(list.size());
    for (Object element : list) {
      if (!(element instanceof String || element instanceof Integer || element instanceof Long)) {
        throw new RefusedRow(
            "%s holds %s; texts or whole numbers are needed"
                .formatted(where.formatted(name), JsonText.kind(element)));
      }
      out.add(String.valueOf(element));
    }
    return out;
  }

  /** A list of objects, as a list or as JSON text of one; empty if missing, null or blank. */
  List<Map<String, Object>> objects(String name) {
    Object value = parsed(name, fields.get(name));
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(name, value, "a list of objects");
    }
    List<Map<String, Object>> out = new ArrayList<>(list.size());
    for (Object element : list) {
      Map<String, Object> object = JsonText.object(element);
      if (object == null) {
        throw new RefusedRow(
            "%s holds %s; a list of objects is needed"
                .formatted(where.formatted(name), JsonText.kind(element)));
      }
      out.add(object);
    }
    return out;
  }

  /** The value of a field, parsed where it is a text that holds JSON; null if blank. */
  @Nullable Object parsed(String name, @Nullable Object value) {
    if (!(value instanceof String text)) {
      return value;
    }
    if (text.isBlank()) {
      return null;
    }
    try {
      return JsonText.WHOLE.readValue(text);
    } catch (JsonProcessingException e) {
      throw new RefusedRow(
          where.formatted(name) + " is a text that is no JSON; a list or JSON is needed");
    }
  }

  RefusedRow wrong(String name, @Nullable Object found, String needed) {
    return new RefusedRow(
        "%s is %s; %s is needed".formatted(where.formatted(name), JsonText.kind(found), needed));
  }
}
