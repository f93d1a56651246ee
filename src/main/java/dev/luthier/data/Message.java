package dev.luthier.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

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

  public boolean isAssistant() {
    return role.equals(ASSISTANT);
  }
}
