package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A prompt that is to be continued several times.
 *
 * @param text the prompt, where tokens are empty
 * @param ids its tokens; the answers' tokens are asked for then, too, in the manner of vLLM
 * @param ends tokens that end an answer, told beside {@code ids}
 * @param manner how tokens are drawn
 * @param count answers
 * @param seed of the draws
 * @param model who is asked, where it is not the endpoint's own
 */
public record CompletionRequest(
    String text,
    int[] ids,
    Set<Integer> ends,
    Manner manner,
    int count,
    long seed,
    Optional<String> model)
    implements EndpointRequest<CompletionReply> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHARACTERS = 4; // a token, roughly

  /**
   * How tokens are drawn.
   *
   * @param topK 0: all
   * @param topP 1: all
   * @param logprobs whether the log-probability of each is asked for
   */
  public record Manner(
      double temperature, int topK, double topP, int maxTokens, boolean logprobs) {}

  @Override
  public String path() {
    return "/completions";
  }

  @Override
  public String json(String own) {
    ObjectNode out = JSON.createObjectNode();
    out.put("model", model.orElse(own));
    if (ids.length > 0) {
      ArrayNode tokens = out.putArray("prompt");
      Arrays.stream(ids).forEach(tokens::add);
      ArrayNode stops = out.putArray("stop_token_ids");
      new TreeSet<>(ends).forEach(stops::add);
      out.put("return_token_ids", true);
      out.put("return_tokens_as_token_ids", true); // of those that do not know the former yet
    } else {
      out.put("prompt", text);
    }
    out.put("n", count);
    out.put("max_tokens", manner.maxTokens());
    out.put("temperature", manner.temperature());
    if (manner.topK() > 0) {
      out.put("top_k", manner.topK());
    }
    if (manner.topP() < 1) {
      out.put("top_p", manner.topP());
    }
    out.put("seed", seed);
    if (manner.logprobs() || ids.length > 0) {
      out.put("logprobs", 0); // of the drawn tokens alone
    }
    return out.toString();
  }

  @Override
  public long estimate() {
    int asked = ids.length > 0 ? ids.length : text.length() / CHARACTERS + 1;
    return asked + (long) count * manner.maxTokens();
  }

  @Override
  public Optional<CompletionReply> read(JsonNode body) {
    return CompletionReply.of(body);
  }

  @Override
  public String needed() {
    return "choices with a text each";
  }
}
