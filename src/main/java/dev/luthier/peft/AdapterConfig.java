package dev.luthier.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * PEFT's adapter_config.json for LoRA: few keys are written, since older readers refuse unknown
 * ones; keys that change nothing are noted when read, and keys that would change the result and are
 * not built are refused by name.
 *
 * @param lora the method it describes
 * @param base the model it was made for, as the file names it
 * @param notes one line for each unknown key that was passed over
 */
public record AdapterConfig(Lora lora, String base, List<String> notes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Keys that this class reads. */
  private static final List<String> READ =
      List.of(
          "peft_type",
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "rank_pattern",
          "alpha_pattern",
          "layers_to_transform",
          "use_rslora",
          "modules_to_save",
          "base_model_name_or_path",
          "task_type");

  /** Keys that say nothing about what the adapter computes. */
  private static final List<String> HARMLESS =
      List.of(
          "inference_mode",
          "peft_version",
          "revision",
          "auto_mapping",
          "fan_in_fan_out", // PEFT sets it itself, by the kind of the layer
          "megatron_core",
          "megatron_config",
          "qalora_group_size",
          "ensure_weight_tying",
          "loftq_config",
          "eva_config",
          "corda_config",
          "lora_ga_config");

  /** Keys that would change what the adapter computes. */
  private static final List<String> UNBUILT =
      List.of(
          "use_dora",
          "exclude_modules",
          "layer_replication",
          "lora_bias",
          "target_parameters",
          "trainable_token_indices",
          "alora_invocation_tokens",
          "use_qalora",
          "use_bdlora",
          "arrow_config");

  /** Keys that change nothing at these values; PiSSA and its kin rewrite the base model. */
  private static final Map<String, List<String>> PLAIN =
      Map.of(
          "bias", List.of("none"),
          "layers_pattern", List.of("layers"),
          "init_lora_weights", List.of("true", "gaussian", "eva", "orthogonal"));

  public static AdapterConfig read(Path dir) {
    Path file = dir.resolve("adapter_config.json");
    if (!Files.exists(file)) {
      throw new UserError(dir + " has no adapter_config.json, so it is not an adapter folder");
    }
    JsonNode json;
    try {
      json = JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
    String type = json.path("peft_type").asText("");
    if (!type.equals("LORA")) {
      throw new UserError("%s: peft_type %s is not built; known is LORA".formatted(file, type));
    }
    List<String> notes = new ArrayList<>();
    json.properties().stream()
        .filter(e -> !READ.contains(e.getKey()) && !HARMLESS.contains(e.getKey()))
        .filter(e -> !neutral(e.getValue()))
        .forEach(e -> judge(file, e.getKey(), e.getValue(), notes));
    try {
      return new AdapterConfig(lora(json), json.path("base_model_name_or_path").asText(""), notes);
    } catch (UserError | IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private static boolean neutral(JsonNode value) {
    return value.isNull()
        || value.equals(JSON.getNodeFactory().booleanNode(false))
        || (value.isContainerNode() && value.isEmpty());
  }

  private static void judge(Path file, String key, JsonNode value, List<String> notes) {
    if (PLAIN.getOrDefault(key, List.of()).contains(value.asText())) {
      return;
    }
    if (UNBUILT.contains(key) || PLAIN.containsKey(key)) {
      throw new UserError("%s: %s = %s is not built".formatted(file, key, value));
    }
    notes.add("%s: unknown key %s = %s is passed over".formatted(file, key, value));
  }

  private static Lora lora(JsonNode json) {
    if (!json.path("r").isInt()) {
      throw new UserError("r must be a whole number, was " + json.path("r"));
    }
    int rank = json.path("r").asInt();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    json.path("rank_pattern")
        .properties()
        .forEach(e -> ranks.put(e.getKey(), e.getValue().asInt()));
    Map<String, Double> alphas = new LinkedHashMap<>();
    json.path("alpha_pattern")
        .properties()
        .forEach(e -> alphas.put(e.getKey(), e.getValue().asDouble()));
    List<String> saved = strings(json.path("modules_to_save"));
    saved.removeAll(Task.headsOf(json.path("task_type").asText()));
    return new Lora(
        rank,
        json.path("lora_alpha").asDouble(8),
        json.path("lora_dropout").asDouble(0),
        Targets.read(
            json.path("target_modules").isArray()
                ? strings(json.path("target_modules"))
                : json.path("target_modules").asText()),
        ranks,
        alphas,
        ModelConfig.ids(json, "layers_to_transform"),
        json.path("use_rslora").asBoolean(false),
        saved);
  }

  private static List<String> strings(JsonNode array) {
    List<String> out = new ArrayList<>();
    array.elements().forEachRemaining(e -> out.add(e.asText()));
    return out;
  }

  /** The file's text. */
  static String write(Lora lora, Task task, String base) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("peft_type", "LORA");
    out.put("task_type", task.inPeft() ? task.name() : null);
    out.put("base_model_name_or_path", base);
    out.put("inference_mode", true);
    out.put("r", lora.rank());
    out.put(
        "lora_alpha",
        lora.alpha() == Math.rint(lora.alpha())
            ? (Object) (long) lora.alpha()
            : (Object) lora.alpha());
    out.put("lora_dropout", lora.dropout());
    out.put("bias", "none");
    out.put("target_modules", lora.targets().written());
    out.put("use_rslora", lora.rslora());
    if (!lora.rankPattern().isEmpty()) {
      out.put("rank_pattern", lora.rankPattern());
    }
    if (!lora.alphaPattern().isEmpty()) {
      out.put("alpha_pattern", lora.alphaPattern());
    }
    if (!lora.layers().isEmpty()) {
      out.put("layers_to_transform", lora.layers());
    }
    List<String> saved = new ArrayList<>(lora.save());
    saved.addAll(task.heads());
    if (!saved.isEmpty()) {
      out.put("modules_to_save", saved);
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(out);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
