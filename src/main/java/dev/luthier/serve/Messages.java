package dev.luthier.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The messages of a chat: roles and texts. */
final class Messages {
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

  private Messages() {}

  /**
   * @throws ApiError naming the message that is wrong
   */
  static List<Map<String, Object>> read(JsonNode json) {
    if (!json.isArray() || json.isEmpty()) {
      throw ApiError.wrong("messages", "messages must be a list of at least one message");
    }
    List<Map<String, Object>> out = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      String path = "messages[%d]".formatted(i);
      if (!(json.get(i) instanceof ObjectNode message)) {
        throw ApiError.wrong(path, path + " must be an object with role and content");
      }
      out.add(message(new Fields(message), path));
    }
    return out;
  }

  private static Map<String, Object> message(Fields fields, String path) {
    try {
      String role =
          fields.text("role").orElseThrow(() -> ApiError.wrong("role", "role is missing"));
      if (!ROLES.contains(role)) {
        throw ApiError.wrong("role", "role must be system, developer, user or assistant");
      }
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("role", role.equals("developer") ? "system" : role);
      out.put("content", content(fields.needed("content")));
      fields.nothing("refusal", "tool_calls", "annotations");
      fields.refuseOthers();
      return out;
    } catch (ApiError e) {
      throw e.in(path);
    }
  }

  /** A text, or texts in pieces. */
  private static String content(JsonNode json) {
    if (json.isTextual()) {
      return json.textValue();
    }
    if (!json.isArray()) {
      throw ApiError.wrong("content", "content must be a text or a list of texts");
    }
    StringBuilder out = new StringBuilder();
    for (JsonNode part : json) {
      if (!"text".equals(part.path("type").asText()) || !part.path("text").isTextual()) {
        throw ApiError.unsupported("content", "content may hold texts only");
      }
      out.append(part.get("text").textValue());
    }
    return out.toString();
  }
}
