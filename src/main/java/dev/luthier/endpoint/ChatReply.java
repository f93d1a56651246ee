package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an endpoint answered.
 *
 * @param text the answer
 * @param positions for each token of the answer the log-probabilities of the likeliest tokens;
 *     empty where none are told
 * @param in tokens of the question
 * @param out tokens of the answer
 */
public record ChatReply(String text, List<Map<String, Double>> positions, long in, long out)
    implements EndpointReply {
  public ChatReply {
    positions = List.copyOf(positions);
  }

  /** Reads the body of a reply; empty where it is none. */
  static Optional<ChatReply> of(JsonNode body) {
    JsonNode choice = body.path("choices").path(0);
    JsonNode content = choice.path("message").path("content");
    if (!content.isTextual()) {
      return Optional.empty();
    }
    List<Map<String, Double>> positions = new ArrayList<>();
    for (JsonNode token : choice.path("logprobs").path("content")) {
      Map<String, Double> likely = new LinkedHashMap<>();
      put(likely, token);
      token.path("top_logprobs").forEach(one -> put(likely, one));
      positions.add(likely);
    }
    JsonNode usage = body.path("usage");
    return Optional.of(
        new ChatReply(
            content.asText(),
            positions,
            usage.path("prompt_tokens").asLong(0),
            usage.path("completion_tokens").asLong(0)));
  }

  private static void put(Map<String, Double> into, JsonNode token) {
    if (token.path("token").isTextual() && token.path("logprob").isNumber()) {
      into.put(token.get("token").asText(), token.get("logprob").asDouble());
    }
  }
}
