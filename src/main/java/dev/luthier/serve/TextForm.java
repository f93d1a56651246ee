package dev.luthier.serve;

import dev.luthier.rollout.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A completion of a text.
 *
 * @param logprobs whether tokens are told with their log-probabilities
 */
record TextForm(boolean logprobs, int top) implements Form {
  @Override
  public String prefix() {
    return "cmpl-";
  }

  @Override
  public String object() {
    return "text_completion";
  }

  @Override
  public String piece() {
    return "text_completion";
  }

  @Override
  public Optional<Map<String, @Nullable Object>> opening(int index) {
    return Optional.empty();
  }

  @Override
  public Map<String, @Nullable Object> part(
      Head head, int index, List<Token> tokens, String text, Optional<String> finish) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("index", index);
    out.put("text", text);
    out.put("logprobs", logprobs ? logprobs(head, tokens) : null);
    out.put("finish_reason", finish.orElse(null));
    return out;
  }

  @Override
  public Map<String, @Nullable Object> whole(Head head, Choice choice) {
    return part(head, choice.index(), choice.tokens(), choice.text(), Optional.of(choice.finish()));
  }

  private Object logprobs(Head head, List<Token> tokens) {
    List<String> texts = new ArrayList<>();
    List<Float> logProbs = new ArrayList<>();
    List<Map<String, Float>> tops = new ArrayList<>();
    List<Integer> offsets = new ArrayList<>();
    int offset = 0;
    for (Token token : tokens) {
      String text = head.words().piece(token.id());
      texts.add(text);
      logProbs.add(token.logProb());
      offsets.add(offset);
      offset += text.length();
      Map<String, Float> top = new LinkedHashMap<>();
      token.top().forEach(t -> top.putIfAbsent(head.words().piece(t.id()), t.logProb()));
      tops.add(top);
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("tokens", texts);
    out.put("token_logprobs", logProbs);
    out.put("top_logprobs", tops);
    out.put("text_offset", offsets);
    return out;
  }
}
