package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * How an endpoint continued a prompt.
 *
 * @param choices as many as were asked for, in their order
 */
public record CompletionReply(List<Choice> choices, long in, long out) implements EndpointReply {
  private static final String AS_ID = "token_id:";

  public CompletionReply {
    choices = List.copyOf(choices);
  }

  /**
   * One answer.
   *
   * @param ids its tokens, empty where they are not told
   * @param pieces the text of each token, empty where they are not told
   * @param logProbs the log-probability of each; empty where they are not told
   * @param ended whether it ended by itself, not at the limit of its length
   */
  public record Choice(
      String text, int[] ids, List<String> pieces, double[] logProbs, boolean ended) {}

  static Optional<CompletionReply> of(JsonNode body) {
    List<JsonNode> all =
        StreamSupport.stream(body.path("choices").spliterator(), false)
            .sorted(Comparator.comparingInt(c -> c.path("index").asInt(0))) // stable
            .toList();
    if (all.isEmpty() || !all.stream().allMatch(choice -> choice.path("text").isTextual())) {
      return Optional.empty();
    }
    JsonNode usage = body.path("usage");
    return Optional.of(
        new CompletionReply(
            all.stream().map(CompletionReply::choice).toList(),
            usage.path("prompt_tokens").asLong(0),
            usage.path("completion_tokens").asLong(0)));
  }

  private static Choice choice(JsonNode choice) {
    JsonNode told = choice.path("logprobs");
    List<String> pieces = new ArrayList<>();
    told.path("tokens").forEach(token -> pieces.add(token.asText()));
    return new Choice(
        choice.path("text").asText(),
        ids(choice.path("token_ids"), pieces),
        pieces,
        StreamSupport.stream(told.path("token_logprobs").spliterator(), false)
            .mapToDouble(value -> value.isNumber() ? value.asDouble() : Double.NaN)
            .toArray(),
        choice.path("finish_reason").asText("").equals("stop"));
  }

  private static int[] ids(JsonNode told, List<String> pieces) {
    if (told.isArray()) {
      return StreamSupport.stream(told.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
    }
    return pieces.stream().allMatch(piece -> piece.matches(AS_ID + "\\d{1,9}"))
        ? pieces.stream().mapToInt(p -> Integer.parseInt(p.substring(AS_ID.length()))).toArray()
        : new int[0];
  }
}
