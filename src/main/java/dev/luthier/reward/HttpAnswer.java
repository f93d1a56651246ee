package dev.luthier.reward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.luthier.data.Message;
import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a service that scores is asked, and what it answers, as JSON.
 *
 * <pre>
 * asked    {"answers": [{"prompt": "a text", "answer": "a text", "number": 0, "columns": {...}}, ...]}
 * answered {"scores": [0.5, {"score": 1, "parts": {"name": 0.2, ...}}, ...]}
 * </pre>
 *
 * <p>A prompt of messages is a list of them, each with {@code role} and {@code content}. There is a
 * score for each answer, in their order.
 */
final class HttpAnswer {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private HttpAnswer() {}

  static byte[] question(List<Asked> answers) {
    List<Object> rows = new ArrayList<>();
    for (Asked asked : answers) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("prompt", prompt(asked.answered().prompt()));
      row.put("answer", asked.answered().said());
      row.put("number", asked.number());
      row.put("columns", asked.columns());
      rows.add(row);
    }
    try {
      return JSON.writeValueAsBytes(Map.of("answers", rows));
    } catch (JsonProcessingException e) {
      throw new UserError(
          "%s: a column cannot be sent as JSON: %s"
              .formatted(answers.get(0).place(), e.getOriginalMessage()),
          e);
    }
  }

  private static Object prompt(Object prompt) {
    return prompt instanceof List<?> messages
        ? messages.stream().map(m -> ((Message) m).fields()).toList()
        : prompt;
  }

  /**
   * @param who is named in errors
   * @throws UserError if the text is anything but a score for each answer
   */
  static List<Score> scores(String who, String text, List<Asked> answers) {
    JsonNode scores = parsed(who, text).path("scores");
    if (!scores.isArray()) {
      throw new UserError(
          "%s answers without a list \"scores\", but with %s".formatted(who, quoted(text)));
    }
    if (scores.size() != answers.size()) {
      throw new UserError(
          "%s gives %d scores for %d answers; there must be one for each, in their order"
              .formatted(who, scores.size(), answers.size()));
    }
    List<Score> out = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      JsonNode one = scores.get(i);
      JsonNode total = one.isObject() ? one.path("score") : one;
      Map<String, Double> parts = new LinkedHashMap<>();
      boolean right = total.isNumber() && Double.isFinite(total.doubleValue());
      for (Map.Entry<String, JsonNode> part : one.path("parts").properties()) {
        right &= part.getValue().isNumber();
        parts.put(part.getKey(), part.getValue().doubleValue());
      }
      if (!right) {
        throw new UserError(
            "%s gives the score %s for the answer to %s, which is no number, nor one with parts that are numbers"
                .formatted(who, quoted(one.toString()), answers.get(i).place()));
      }
      out.add(new Score(total.doubleValue(), parts));
    }
    return out;
  }

  private static JsonNode parsed(String who, String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UserError("%s answers no JSON, but %s".formatted(who, quoted(text)), e);
    }
  }

  /** The beginning of what came. */
  static String quoted(String text) {
    return text.isBlank() ? "nothing" : "\"%.80s\"".formatted(text.strip());
  }
}
