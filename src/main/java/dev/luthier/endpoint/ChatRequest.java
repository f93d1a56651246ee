package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.Check;
import java.util.Optional;

/**
 * A question of one turn, answered greedily.
 *
 * @param question what the user says
 * @param maxTokens the longest answer
 * @param topLogprobs how many log-probabilities are wanted at each position; 0: none
 */
public record ChatRequest(String question, int maxTokens, int topLogprobs)
    implements EndpointRequest<ChatReply> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Characters a token, roughly, for languages such as English. */
  private static final int CHARACTERS = 4;

  public ChatRequest {
    Check.atLeast("max_tokens", 1, maxTokens);
    Check.within("top_logprobs", 0, 20, topLogprobs);
  }

  @Override
  public String path() {
    return "/chat/completions";
  }

  @Override
  public String json(String model) {
    ObjectNode out = JSON.createObjectNode();
    out.put("model", model);
    out.putArray("messages").addObject().put("role", "user").put("content", question);
    out.put("temperature", 0);
    out.put("max_tokens", maxTokens);
    if (topLogprobs > 0) {
      out.put("logprobs", true);
      out.put("top_logprobs", topLogprobs);
    }
    return out.toString();
  }

  @Override
  public long estimate() {
    return question.length() / CHARACTERS + 1L + maxTokens;
  }

  @Override
  public Optional<ChatReply> read(JsonNode body) {
    return ChatReply.of(body);
  }

  @Override
  public String needed() {
    return "choices[0].message.content";
  }
}
