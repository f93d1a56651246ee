package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The names of transformers' classes in config.json, which tell a model's head. */
final class Architecture {
  static final String SEQUENCE = "ForSequenceClassification";
  static final String TOKEN = "ForTokenClassification";
  static final String MASKED = "ForMaskedLM";
  static final String BARE = "Model";

  /** What the class names of a model_type begin with. */
  private static final Map<String, String> BEGINNING =
      Map.ofEntries(
          Map.entry("bert", "Bert"),
          Map.entry("roberta", "Roberta"),
          Map.entry("llama", "Llama"),
          Map.entry("mistral", "Mistral"),
          Map.entry("qwen2", "Qwen2"),
          Map.entry("qwen3", "Qwen3"),
          Map.entry("gemma2", "Gemma2"),
          Map.entry("gemma3_text", "Gemma3Text"),
          Map.entry("phi3", "Phi3"),
          Map.entry("smollm3", "SmolLM3"),
          Map.entry("olmo2", "Olmo2"),
          Map.entry("gpt2", "GPT2"),
          Map.entry("gpt_neox", "GPTNeoX"),
          Map.entry("opt", "OPT"));

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

  /** Whether config.json names a class that ends so. */
  static boolean is(ModelConfig config, String ending) {
    JsonNode named = config.json().path("architectures");
    return StreamSupport.stream(named.spliterator(), false)
        .anyMatch(a -> a.asText().endsWith(ending));
  }

  /** The configuration as the family's class that ends so writes it. */
  static ModelConfig as(ModelConfig config, String ending) {
    String beginning = BEGINNING.getOrDefault(config.modelType(), config.modelType());
    return config.with(json -> json.putArray("architectures").add(beginning + ending));
  }
}
