package dev.luthier.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;

/**
 * A token beside the vocabulary that was learnt: it is found in a text before anything is cut.
 *
 * @param content its text
 * @param special whether it is a control token, which decoding can leave out
 * @param normalized whether it is looked for in the normalised text
 * @param singleWord whether it must not stand inside a word
 * @param lstrip whether it takes the blanks before it
 * @param rstrip whether it takes the blanks behind it
 */
public record AddedToken(
    String content,
    boolean special,
    boolean normalized,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip) {

  public AddedToken {
    if (content.isEmpty()) {
      throw new UserError("an added token must not be empty");
    }
  }

  /** A token as transformers makes one of a text: an ordinary one is looked for normalised. */
  public static AddedToken of(String content, boolean special) {
    return new AddedToken(content, special, !special, false, false, false);
  }

  static AddedToken of(JsonNode json) {
    boolean special = json.path("special").asBoolean(false);
    return new AddedToken(
        json.path("content").asText(),
        special,
        json.path("normalized").asBoolean(!special),
        json.path("single_word").asBoolean(false),
        json.path("lstrip").asBoolean(false),
        json.path("rstrip").asBoolean(false));
  }

  /** As an entry of added_tokens in tokenizer.json. */
  ObjectNode json(int id) {
    ObjectNode out = JsonNodeFactory.instance.objectNode().put("id", id);
    return out.setAll(json());
  }

  /** As an entry of added_tokens_decoder in tokenizer_config.json. */
  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", normalized)
        .put("special", special);
  }
}
