package dev.luthier.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens of a tokenizer.json, which the native library does not hand out.
 *
 * @param ids the id of each token as the file spells it
 * @param added the added tokens (control tokens and words that are never cut), by text
 * @param size the largest id plus one
 */
record Vocabulary(Map<String, Integer> ids, Map<String, Integer> added, int size) {

  static Vocabulary of(JsonNode tokenizer) {
    Map<String, Integer> ids = new HashMap<>();
    JsonNode vocab = tokenizer.path("model").path("vocab");
    if (vocab.isArray()) { // Unigram: [token, score], the id is the place
      for (int i = 0; i < vocab.size(); i++) {
        ids.put(vocab.get(i).path(0).asText(), i);
      }
    } else {
      vocab.fields().forEachRemaining(e -> ids.put(e.getKey(), e.getValue().asInt()));
    }
    Map<String, Integer> added = new LinkedHashMap<>();
    tokenizer
        .path("added_tokens")
        .forEach(token -> added.put(token.path("content").asText(), token.path("id").asInt()));
    ids.putAll(added);
    int size = ids.values().stream().mapToInt(id -> id + 1).max().orElse(0);
    return new Vocabulary(Map.copyOf(ids), Map.copyOf(added), size);
  }

  /**
   * The JSON object in a file of a model folder.
   *
   * @return empty if the file is not there
   * @throws UserError if it cannot be read or is not JSON
   */
  static Optional<JsonNode> json(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JsonText.MAPPER.readTree(Files.readString(file)));
    } catch (JsonProcessingException e) {
      throw new UserError(
          "%s%s: malformed JSON: %s".formatted(file, JsonText.line(e), JsonText.reason(e)), e);
    } catch (IOException e) {
      throw new UserError("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
