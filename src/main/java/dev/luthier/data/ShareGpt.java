package dev.luthier.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of ShareGPT and its kin: column {@code conversations} with {@code from} and {@code
 * value} (or {@code role} and {@code content}), optional columns {@code system} and {@code tools}.
 * A function call becomes an assistant message with tool calls and empty content, an observation a
 * message of role {@code tool}.
 */
final class ShareGpt {
  private static final String COLUMN = "conversations";
  private static final String CALL = "function_call";
  private static final Map<String, String> ROLES =
      Map.ofEntries(
          Map.entry("human", "user"),
          Map.entry("user", "user"),
          Map.entry("gpt", Message.ASSISTANT),
          Map.entry("assistant", Message.ASSISTANT),
          Map.entry("model", Message.ASSISTANT),
          Map.entry("chatgpt", Message.ASSISTANT),
          Map.entry("system", "system"),
          Map.entry("observation", "tool"),
          Map.entry("function_response", "tool"),
          Map.entry("tool", "tool"),
          Map.entry(CALL, CALL),
          Map.entry("tool_call", CALL));

  private ShareGpt() {}

  static Example read(Row row) {
    return new Example.Chat(messages(row), Messages.tools(row));
  }

  /** The conversation, with the system's message before it. */
  static List<Message> messages(Row row) {
    List<Message> messages = new ArrayList<>();
    String system = Cells.of(row).textOrNull("system");
    if (system != null && !system.isBlank()) {
      messages.add(Message.of("system", system));
    }
    messages.addAll(turns(row, COLUMN));
    return messages;
  }

  /** The turns of a column, at least one, also in the OpenAI form. */
  static List<Message> turns(Row row, String column) {
    List<Map<String, Object>> turns = Cells.of(row).objects(column);
    if (turns.isEmpty() || turns.get(0).containsKey("role")) {
      return Messages.read(row, column);
    }
    return turns.stream()
        .map(turn -> message(new Cells(turn, "column \"%s\": a turn's \"%%s\"".formatted(column))))
        .toList();
  }

  private static Message message(Cells turn) {
    String from = turn.text("from");
    String value = turn.text("value");
    String role = ROLES.get(from);
    if (role == null) {
      throw new RefusedRow(
          "%s is \"%s\"; human, gpt, system, function_call, observation or tool is needed"
              .formatted(turn.where().formatted("from"), from));
    }
    return role.equals(CALL) ? call(turn, value) : Message.of(role, value);
  }

  private static Message call(Cells turn, String value) {
    @Nullable Object parsed = turn.parsed("value", value);
    List<?> calls =
        parsed instanceof List<?> list ? list : parsed == null ? List.of() : List.of(parsed);
    List<Map<String, Object>> out = new ArrayList<>();
    for (Object element : calls) {
      Map<String, Object> call = JsonText.object(element);
      if (call == null) {
        throw turn.wrong("value", element, "a function call as JSON");
      }
      out.add(Messages.call(turn, call));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", Message.ASSISTANT);
    fields.put("content", "");
    fields.put("tool_calls", out);
    return new Message(Message.ASSISTANT, fields);
  }
}
