package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;

/** The messages that an answer answers, as JSON. */
final class Prompt {
  private Prompt() {}

  /**
   * @throws UserError if the text is no JSON list of messages with a role
   */
  static JsonNode messages(String key, String json) {
    Limit.text(key, Limit.ANSWER, json);
    JsonNode list;
    try {
      list = JsonForm.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UserError(key + " must be a JSON list of messages, was no JSON", e);
    }
    boolean right = list != null && list.isArray() && !list.isEmpty();
    for (int i = 0; right && i < list.size(); i++) {
      right = list.get(i).path("role").isTextual();
    }
    if (!right) {
      throw new UserError(key + " must be a JSON list of messages, each with a role");
    }
    return list;
  }

  /** SHA-256 of the messages with their keys in order and without blanks between them. */
  static String hash(String json) {
    return Journal.key(JsonForm.sorted(messages("messages", json)));
  }
}
