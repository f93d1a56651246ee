package dev.luthier.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * What a model folder says about its control tokens.
 *
 * @param named {@code bos_token}, {@code eos_token}, {@code pad_token}, {@code unk_token} ... and
 *     their texts, as chat templates see them
 * @param addsBos false where tokenizer_config.json sets {@code add_bos_token} to false
 */
record SpecialTokens(Map<String, String> named, boolean addsBos) {
  private static final List<String> NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "pad_token",
          "unk_token",
          "sep_token",
          "cls_token",
          "mask_token");

  /**
   * Looks in tokenizer_config.json, then special_tokens_map.json, then at the ids in config.json;
   * the first that names a token wins. A null in tokenizer_config.json means that there is none,
   * whatever config.json says (Qwen2 has such a beginning token).
   *
   * @param tokenOf a token's text by its id
   */
  static SpecialTokens load(Path modelDir, IntFunction<String> tokenOf) {
    Map<String, String> named = written(modelDir);
    Optional<JsonNode> config = Vocabulary.json(modelDir.resolve("tokenizer_config.json"));
    NAMES.stream()
        .filter(name -> !named.containsKey(name))
        .filter(name -> config.map(json -> !json.has(name)).orElse(true))
        .forEach(name -> id(modelDir, name).ifPresent(id -> named.put(name, tokenOf.apply(id))));
    boolean addsBos = config.map(json -> json.path("add_bos_token").asBoolean(true)).orElse(true);
    return new SpecialTokens(Map.copyOf(named), addsBos);
  }

  /** Those that tokenizer_config.json and special_tokens_map.json name. */
  static Map<String, String> written(Path modelDir) {
    Map<String, String> named = new LinkedHashMap<>();
    for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      Vocabulary.json(modelDir.resolve(file)).ifPresent(json -> names(json, named));
    }
    return named;
  }

  private static void names(JsonNode json, Map<String, String> named) {
    for (String name : NAMES) {
      text(json.path(name)).ifPresent(text -> named.putIfAbsent(name, text));
    }
    // transformers 5 lets a tokenizer name tokens of its own here, as image_token.
    JsonNode extra = json.path("extra_special_tokens");
    if (extra.isObject()) {
      extra
          .fields()
          .forEachRemaining(
              e -> text(e.getValue()).ifPresent(text -> named.putIfAbsent(e.getKey(), text)));
    }
  }

  private static Optional<String> text(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? Optional.of(text.asText()) : Optional.empty();
  }

  private static OptionalInt id(Path modelDir, String name) {
    JsonNode id =
        Vocabulary.json(modelDir.resolve("config.json"))
            .<JsonNode>map(json -> json.path(name + "_id"))
            .orElseGet(MissingNode::getInstance);
    JsonNode first = id.isArray() ? id.path(0) : id;
    return first.isInt() && first.asInt() >= 0
        ? OptionalInt.of(first.asInt())
        : OptionalInt.empty();
  }
}
