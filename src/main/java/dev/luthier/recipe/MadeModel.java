package dev.luthier.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.model.ModelConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model folder that a stage leaves in its directory. */
record MadeModel(Path dir) {
  private static final List<String> WRITERS =
      List.of("CausalLM", "LMHeadModel", "ConditionalGeneration");

  Path folder() {
    return dir.resolve("model");
  }

  Map<String, Path> artefacts() {
    return Map.of("model", folder());
  }

  /** The model, if its head writes; to be asked when it is there. */
  Optional<Writer.Voice> voice(String device) {
    for (JsonNode name : ModelConfig.read(folder()).json().path("architectures")) {
      if (WRITERS.stream().anyMatch(name.asText()::endsWith)) {
        return Optional.of(new Writer.Voice(folder(), Optional.empty(), Optional.empty(), device));
      }
    }
    return Optional.empty();
  }
}
