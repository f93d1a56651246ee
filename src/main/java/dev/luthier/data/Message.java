package dev.luthier.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One message of a chat.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool} or what else the chat
 *     template knows
 * @param fields everything of the message as JSON values, the role included: {@code role}, {@code
 *     content}, {@code tool_calls} ...; this is what a chat template sees
 */
public record Message(String role, Map<String, Object> fields) {
  public static final String ASSISTANT = "assistant";

  public Message {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  public static Message of(String role, String content) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return new Message(role, fields);
  }

  /** What it says, where that is a text. */
  public Optional<String> text() {
    return fields.get("content") instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** What it says as a person may read it, with its role where that is wanted. */
  String told(boolean withRole) {
    boolean plain = text().isPresent() && !fields.containsKey("tool_calls");
    return (withRole ? role + ": " : "") + (plain ? text().get() : fields.toString());
  }

  /** Whether it says nothing and calls no tool. */
  boolean isEmpty() {
    return text().orElse("").isBlank() && !fields.containsKey("tool_calls");
  }

  public boolean isAssistant() {
    return role.equals(ASSISTANT);
  }
}
