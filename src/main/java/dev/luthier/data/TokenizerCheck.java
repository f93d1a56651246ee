package dev.luthier.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.Map;

/**
 * Refuses a tokenizer.json that the native library would not refuse: it ends the whole process
 * where a file is well-formed but refers to what is not there.
 *
 * @param file for messages
 */
record TokenizerCheck(Path file) {
  /** The native reader's limit is 128. */
  private static final int DEEPEST = 100;

  private static final int MOST_IDS = Integer.MAX_VALUE - 1;

  /**
   * @throws UserError naming the file and the place
   */
  void of(JsonNode tokenizer) {
    values(tokenizer, "", 0);
    addedTokens(tokenizer.path("added_tokens"));
    ids(tokenizer.path("model").path("vocab"), "model.vocab");
    merges(tokenizer.path("model"));
    parts(tokenizer.path("normalizer"));
    parts(tokenizer.path("pre_tokenizer"));
    parts(tokenizer.path("post_processor"));
    parts(tokenizer.path("decoder"));
  }

  private void values(JsonNode node, String at, int depth) {
    if (depth > DEEPEST) {
      throw wrong("%s is nested more than %d deep", at, DEEPEST);
    }
    if (node.isNumber() && Double.isInfinite(node.asDouble())) {
      throw wrong("%s is a number beyond all bounds", at);
    }
    for (Map.Entry<String, JsonNode> e : node.properties()) {
      if (e.getValue().isContainerNode() || e.getValue().isNumber()) {
        values(e.getValue(), depth < 3 ? at + "." + e.getKey() : at, depth + 1);
      }
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      values(node.get(i), at, depth + 1);
    }
  }

  private void addedTokens(JsonNode added) {
    if (!added.isMissingNode() && !added.isArray()) {
      throw wrong("added_tokens must be a list, was %s", added);
    }
    for (JsonNode token : added) {
      id(token.path("id"), "added_tokens");
      if (!token.path("content").isTextual()) {
        throw wrong("added_tokens holds an entry without content: %s", token);
      }
    }
  }

  private void ids(JsonNode vocab, String key) {
    if (vocab.isObject()) {
      vocab.properties().forEach(e -> id(e.getValue(), key));
    }
  }

  private void id(JsonNode id, String key) {
    boolean fits = id.isIntegralNumber() && id.canConvertToInt();
    if (!fits || id.asInt() < 0 || id.asInt() >= MOST_IDS) {
      throw wrong("%s: a token's id must be a whole number from 0, was %s", key, id);
    }
  }

  /** The second half of a merge loses the prefix of pieces within words, so it must have it. */
  private void merges(JsonNode model) {
    String prefix = model.path("continuing_subword_prefix").asText("");
    if (!model.path("type").asText("BPE").equals("BPE") || prefix.isEmpty()) {
      return;
    }
    for (JsonNode merge : model.path("merges")) {
      String second =
          merge.isTextual()
              ? merge.asText().substring(merge.asText().indexOf(' ') + 1)
              : merge.path(1).asText();
      if (!second.startsWith(prefix)) {
        throw wrong(
            "continuing_subword_prefix is %s, but the merge %s goes on without it", prefix, merge);
      }
    }
  }

  /** A normalizer, pre-tokenizer, post-processor or decoder, and those within it. */
  private void parts(JsonNode part) {
    switch (part.path("type").asText()) {
      case "TemplateProcessing" -> template(part);
      case "BertProcessing", "RobertaProcessing" -> {
        id(part.path("sep").path(1), "post_processor.sep");
        id(part.path("cls").path(1), "post_processor.cls");
      }
      case "FixedLength" -> {
        if (part.has("length") && part.path("length").asDouble() < 1) {
          throw wrong("FixedLength: length must be >= 1, was %s", part.path("length"));
        }
      }
      case "Strip" -> { // as a decoder the native library counts past the start of a short text
        if (part.path("stop").asDouble() > 0) {
          throw wrong("Strip: stop other than 0 is not built, was %s", part.path("stop"));
        }
      }
      case "Precompiled" -> CharsMap.check(file, part.path("precompiled_charsmap").asText());
      default -> {}
    }
    JsonNode regex = part.path("pattern").path("Regex");
    if (regex.isTextual() && RegexCheck.repeatsRepetitions(regex.asText())) {
      throw wrong(
          "%s: the regular expression %s repeats repetitions, which may never end; write it without",
          part.path("type").asText(), regex);
    }
    for (String list : new String[] {"normalizers", "pretokenizers", "processors", "decoders"}) {
      part.path(list).forEach(this::parts);
    }
  }

  private void template(JsonNode part) {
    JsonNode special = part.path("special_tokens");
    for (Map.Entry<String, JsonNode> e : special.properties()) {
      JsonNode ids = e.getValue().path("ids");
      ids.forEach(id -> id(id, "post_processor.special_tokens"));
      if (ids.size() != e.getValue().path("tokens").size()) {
        throw wrong("post_processor: %s must have as many ids as tokens", e.getKey());
      }
    }
    for (String key : new String[] {"single", "pair"}) {
      for (JsonNode piece : part.path(key)) {
        String token = piece.path("SpecialToken").path("id").asText("");
        if (piece.has("SpecialToken") && !special.has(token)) {
          throw wrong("post_processor.%s: %s is not in its special_tokens", key, token);
        }
        if (key.equals("single") && piece.path("Sequence").path("id").asText().equals("B")) {
          throw wrong("post_processor.single must not ask for a second text, B");
        }
      }
    }
  }

  private UserError wrong(String message, Object... values) {
    return new UserError("%s: %s".formatted(file, message.formatted(values)));
  }
}
