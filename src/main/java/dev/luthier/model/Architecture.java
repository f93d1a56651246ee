package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.util.Arrays;

/** The names of transformers' classes in config.json, which tell a model's head. */
final class Architecture {
  private Architecture() {}

  /**
   * @param endings of the class names that are fit
   * @throws UserError if config.json names another
   */
  static void refuseOthers(ModelConfig config, String... endings) {
    for (JsonNode a : config.json().path("architectures")) {
      if (Arrays.stream(endings).noneMatch(a.asText()::endsWith)) {
        throw new UserError(
            "%s: architecture %s is not built here; known are those that end in %s"
                .formatted(config.file(), a.asText(), String.join(", ", endings)));
      }
    }
  }
}
