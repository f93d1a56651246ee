package dev.luthier.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a model folder keeps its chat templates and the names of its special tokens: the files that
 * transformers writes, in their new and old forms.
 */
final class TemplateFiles {

  /** A template's text and the file it is from. */
  record Source(Path file, String text) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIG = "tokenizer_config.json";

  private TemplateFiles() {}

  /**
   * The templates by name ("default", "tool_use", ...): chat_template.jinja with
   * additional_chat_templates/NAME.jinja, else chat_template of tokenizer_config.json; empty where
   * there is none.
   */
  static Map<String, Source> templates(Path modelDir) {
    Map<String, Source> found = new LinkedHashMap<>();
    Path jinja = modelDir.resolve("chat_template.jinja");
    if (Files.isRegularFile(jinja)) {
      found.put("default", new Source(jinja, read(jinja)));
      Path toolUse = modelDir.resolve("additional_chat_templates").resolve("tool_use.jinja");
      if (Files.isRegularFile(toolUse)) {
        found.put("tool_use", new Source(toolUse, read(toolUse)));
      }
      return found;
    }
    Path config = modelDir.resolve(CONFIG);
    JsonNode template = json(config).path("chat_template");
    if (template.isTextual()) {
      found.put("default", new Source(config, template.textValue()));
    } else if (template.isArray()) {
      for (JsonNode named : template) {
        if (!named.path("name").isTextual() || !named.path("template").isTextual()) {
          throw new UserError(
              config + ": each entry of chat_template must have the texts name and template");
        }
        Source source = new Source(config, named.path("template").textValue());
        found.put(named.path("name").textValue(), source);
      }
      if (!found.containsKey("default")) {
        throw new UserError(
            config
                + ": chat_template must hold a template named \"default\", has "
                + found.keySet());
      }
    } else if (!template.isMissingNode() && !template.isNull()) {
      throw new UserError(
          config + ": chat_template must be a text or a list of {name, template}, is " + template);
    }
    return found;
  }

  /**
   * The special tokens by their names in a template (bos_token, eos_token ...): those of
   * tokenizer_config.json, over those of the older special_tokens_map.json.
   */
  static Map<String, String> specialTokens(Path modelDir) {
    Map<String, String> tokens = new LinkedHashMap<>();
    addTokens(json(modelDir.resolve("special_tokens_map.json")), tokens);
    JsonNode config = json(modelDir.resolve(CONFIG));
    addTokens(config, tokens);
    addTokens(config.path("extra_special_tokens"), tokens);
    return tokens;
  }

  private static void addTokens(JsonNode json, Map<String, String> tokens) {
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode value = entry.getValue();
      Optional<String> token =
          Optional.ofNullable(
              value.isObject() ? value.path("content").textValue() : value.textValue());
      if (entry.getKey().endsWith("_token")) {
        token.ifPresent(text -> tokens.put(entry.getKey(), text));
      }
    }
  }

  private static JsonNode json(Path file) {
    if (!Files.isRegularFile(file)) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(read(file));
    } catch (JsonProcessingException e) {
      throw new UserError(
          "%s: not JSON at%s: %s".formatted(file, JsonText.line(e), JsonText.reason(e)), e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
