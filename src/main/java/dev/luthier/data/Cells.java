package dev.luthier.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
