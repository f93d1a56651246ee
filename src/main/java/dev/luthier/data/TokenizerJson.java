package dev.luthier.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A model folder's tokenizer.json, with the added tokens that older folders keep beside it. */
final class TokenizerJson {
  private TokenizerJson() {}

  /**
   * The file as it is, but for added tokens that only the files beside it list:
   * added_tokens_decoder of tokenizer_config.json, added_tokens.json, and control tokens of
   * special_tokens_map.json that the vocabulary has as ordinary ones. transformers adds the same.
   *
   * @throws UserError if there is no such file, it is broken, or an added token cannot get the id
   *     that is listed for it
   */
  static ObjectNode read(Path modelDir) {
    Path file = modelDir.resolve("tokenizer.json");
    JsonNode json = Vocabulary.json(file).orElseThrow(() -> missing(modelDir));
    if (!(json instanceof ObjectNode object) || !json.path("model").isObject()) {
      throw new UserError(file + " is no tokenizer: it holds no \"model\" object");
    }
    new TokenizerCheck(file).of(object);
    Map<String, String> named = SpecialTokens.written(modelDir);
    TokenList tokens = new TokenList(object);
    listed(modelDir, Set.copyOf(named.values()))
        .forEach((id, token) -> add(tokens, token, id, modelDir));
    for (String text : named.values()) {
      if (tokens.knows(text)) {
        tokens.add(AddedToken.of(text, true));
      }
    }
    return object;
  }

  private static Map<Integer, AddedToken> listed(Path modelDir, Set<String> special) {
    Map<Integer, AddedToken> out = new TreeMap<>();
    Vocabulary.json(modelDir.resolve("added_tokens.json"))
        .ifPresent(
            json ->
                json.fields()
                    .forEachRemaining(
                        e ->
                            out.put(
                                e.getValue().asInt(),
                                AddedToken.of(e.getKey(), special.contains(e.getKey())))));
    Vocabulary.json(modelDir.resolve("tokenizer_config.json"))
        .ifPresent(
            json ->
                json.path("added_tokens_decoder")
                    .fields()
                    .forEachRemaining(
                        e -> {
                          if (e.getKey().matches("\\d{1,9}")) {
                            out.put(Integer.parseInt(e.getKey()), AddedToken.of(e.getValue()));
                          }
                        }));
    return out;
  }

  private static void add(TokenList tokens, AddedToken token, int id, Path modelDir) {
    if (!tokens.hasAdded(token.content()) && tokens.idFor(token.content()) != id) {
      throw new UserError(
          "%s: the added token \"%s\" is listed with id %d, but tokenizer.json would give it %d; save the tokenizer anew with transformers"
              .formatted(modelDir, token.content(), id, tokens.idFor(token.content())));
    }
    tokens.add(token);
  }

  /**
   * Sets every byte-level pre-tokenizer to put a blank before the first word, as transformers wants
   * it where words come one by one (run_ner: {@code add_prefix_space=True}).
   */
  static void blankBeforeWords(JsonNode tokenizer) {
    JsonNode pre = tokenizer.path("pre_tokenizer");
    blank(pre);
    pre.path("pretokenizers").forEach(TokenizerJson::blank);
  }

  private static void blank(JsonNode pre) {
    if (pre.path("type").asText().equals("ByteLevel")) {
      ((ObjectNode) pre).put("add_prefix_space", true);
    }
  }

  private static UserError missing(Path modelDir) {
    if (!Files.isDirectory(modelDir)) {
      return new UserError("there is no model folder " + modelDir);
    }
    boolean old = Files.exists(modelDir.resolve("tokenizer.model"));
    return new UserError(
        modelDir
            + " has no tokenizer.json"
            + (old
                ? "; transformers writes one from its tokenizer.model: AutoTokenizer.from_pretrained(dir).save_pretrained(dir)"
                : ""));
  }
}
