package dev.luthier.serve;

import dev.luthier.recipe.LiveModel;
import dev.luthier.rollout.Token;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chat completion.
 *
 * @param logprobs whether tokens are told with their log-probabilities
 */
record ChatForm(boolean logprobs, int top) implements Form {
  @Override
  public String prefix() {
    return "chatcmpl-";
  }

  @Override
  public String object() {
    return "chat.completion";
  }

  @Override
  public String piece() {
    return "chat.completion.chunk";
  }

  @Override
  public Optional<Map<String, @Nullable Object>> opening(int index) {
    Map<String, Object> delta = new LinkedHashMap<>();
    delta.put("role", "assistant");
    delta.put("content", "");
    return Optional.of(choice(index, "delta", delta, null, null));
  }

  @Override
  public Map<String, @Nullable Object> part(
      Head head, int index, List<Token> tokens, String text, Optional<String> finish) {
    Map<String, Object> delta = text.isEmpty() ? Map.of() : Map.of("content", text);
    return choice(index, "delta", delta, logprobs(head, tokens), finish.orElse(null));
  }

  @Override
  public Map<String, @Nullable Object> whole(Head head, Choice choice) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", choice.text());
    message.put("refusal", null);
    return choice(
        choice.index(), "message", message, logprobs(head, choice.tokens()), choice.finish());
  }

  private static Map<String, @Nullable Object> choice(
      int index, String key, Object value, @Nullable Object logprobs, @Nullable String finish) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("index", index);
    out.put(key, value);
    out.put("logprobs", logprobs);
    out.put("finish_reason", finish);
    return out;
  }

  private @Nullable Object logprobs(Head head, List<Token> tokens) {
    if (!logprobs) {
      return null;
    }
    List<Object> content = new ArrayList<>();
    for (Token token : tokens) {
      Map<String, @Nullable Object> one = one(head.words(), token.id(), token.logProb());
      one.put(
          "top_logprobs",
          token.top().stream().map(t -> one(head.words(), t.id(), t.logProb())).toList());
      content.add(one);
    }
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("content", content);
    out.put("refusal", null);
    return out;
  }

  /** A token that is a part of a character has no text of its own, so its bytes are not known. */
  private static Map<String, @Nullable Object> one(LiveModel words, int id, float logProb) {
    String text = words.piece(id);
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("token", text);
    out.put("logprob", logProb);
    out.put("bytes", text.indexOf('\uFFFD') >= 0 ? null : bytes(text));
    return out;
  }

  private static List<Integer> bytes(String text) {
    List<Integer> out = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      out.add(b & 0xff);
    }
    return out;
  }
}
