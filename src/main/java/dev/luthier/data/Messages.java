package dev.luthier.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages and tools in the OpenAI form into what chat templates expect: content as one text
 * (text parts are joined; other parts are refused), tool calls as {@code {"type": "function",
 * "function": {"name", "arguments"}}} with the arguments as an object, also where the file has them
 * as JSON text.
 */
final class Messages {
  private Messages() {}

  /** The messages of a column, at least one. */
  static List<Message> read(Row row, String column) {
    List<Map<String, Object>> objects = Cells.of(row).objects(column);
    if (objects.isEmpty()) {
      throw new RefusedRow("column \"%s\" is empty; messages are needed".formatted(column));
    }
    List<Message> messages = new ArrayList<>(objects.size());
    for (Map<String, Object> object : objects) {
      messages.add(message(new Cells(object, "column \"" + column + "\": a message's \"%s\"")));
    }
    return messages;
  }

  private static Message message(Cells cells) {
    String role = cells.text("role");
    Map<String, Object> fields = new LinkedHashMap<>(cells.fields());
    List<Map<String, Object>> calls = cells.objects("tool_calls");
    Object content = content(cells, fields.get("content"));
    if (content == null && calls.isEmpty()) {
      throw new RefusedRow(
          cells.where().formatted("content") + " is missing; a text or tool_calls are needed");
    }
    if (fields.containsKey("content")) {
      fields.put("content", content);
    }
    if (fields.containsKey("tool_calls")) {
      fields.remove("tool_calls");
      if (!calls.isEmpty()) {
        fields.put("tool_calls", calls.stream().map(call -> call(cells, call)).toList());
      }
    }
    return new Message(role, fields);
  }

  private static @Nullable Object content(Cells cells, @Nullable Object content) {
    if (!(content instanceof List<?> parts)) {
      return cells.textOrNull("content");
    }
    StringBuilder text = new StringBuilder();
    for (Object part : parts) {
      Map<String, Object> object = JsonText.object(part);
      if (object == null || !(object.get("text") instanceof String piece)) {
        throw new RefusedRow(
            "%s has a part of type %s; only text parts can be learnt"
                .formatted(
                    cells.where().formatted("content"),
                    object == null ? JsonText.kind(part) : object.get("type")));
      }
      text.append(piece);
    }
    return text.toString();
  }

  /** One tool call in the nested form, from the nested or the flat one. */
  static Map<String, Object> call(Cells cells, Map<String, Object> call) {
    Map<String, Object> function = JsonText.object(call.getOrDefault("function", call));
    if (function == null || !(function.get("name") instanceof String name)) {
      throw new RefusedRow(
          cells.where().formatted("tool_calls") + " has a call without a function name");
    }
    Map<String, Object> inner = new LinkedHashMap<>();
    inner.put("name", name);
    Object arguments = function.get("arguments");
    Map<String, Object> object = JsonText.object(cells.parsed("tool_calls", arguments));
    if (object == null && arguments != null) {
      throw new RefusedRow(
          "%s: the arguments of %s are %s; an object or its JSON text is needed"
              .formatted(cells.where().formatted("tool_calls"), name, JsonText.kind(arguments)));
    }
    inner.put("arguments", object == null ? Map.of() : object);
    Map<String, Object> out = new LinkedHashMap<>(call);
    out.remove("name");
    out.remove("arguments");
    out.put("type", "function");
    out.put("function", inner);
    return out;
  }

  /**
   * The tools column: a list or JSON text; a bare function (with a name at its top) is wrapped as
   * {@code {"type": "function", "function": ...}}.
   */
  static List<Map<String, Object>> tools(Row row) {
    return Cells.of(row).objects("tools").stream().map(Messages::tool).toList();
  }

  private static Map<String, Object> tool(Map<String, Object> tool) {
    if (tool.containsKey("function") || !tool.containsKey("name")) {
      return tool;
    }
    Map<String, Object> wrapped = new LinkedHashMap<>();
    wrapped.put("type", "function");
    wrapped.put("function", tool);
    return wrapped;
  }
}
