package dev.luthier.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * What was asked, as a row of training data has it.
 *
 * @param hash tells it from other prompts
 * @param json the messages; of a plain text, that text
 */
record Prompted(String hash, JsonNode json) {
  /** The key of {@link Answer#about} that is {@link #COMPLETION} where a plain text goes on. */
  static final String TASK = "task";

  static final String COMPLETION = "completion";

  private static final double RANGE = 0x1p52;
  private static final int DIGITS = 13; // hexadecimal, of 4 bits: 52

  static Prompted of(Answer answer) {
    JsonNode messages = Prompt.messages("answer.messages", answer.messages());
    boolean plain = COMPLETION.equals(answer.about().get(TASK)) && messages.size() == 1;
    return new Prompted(answer.prompt(), plain ? messages.get(0).path("content") : messages);
  }

  /** An answer to it in the same form: a text, or the assistant's message. */
  JsonNode answered(String text) {
    return json.isTextual()
        ? JsonForm.MAPPER.getNodeFactory().textNode(text)
        : JsonForm.MAPPER.createArrayNode().add(message(text));
  }

  /** All messages with the answer as the last. */
  ArrayNode conversation(String text) {
    return JsonForm.MAPPER.createArrayNode().addAll((ArrayNode) json).add(message(text));
  }

  private static JsonNode message(String text) {
    return JsonForm.MAPPER.createObjectNode().put("role", "assistant").put("content", text);
  }

  /** Whether the prompt is among the share that is held out; its hash alone decides. */
  boolean heldOut(double share) {
    return Long.parseLong(hash.substring(0, DIGITS), 16) / RANGE < share;
  }
}
