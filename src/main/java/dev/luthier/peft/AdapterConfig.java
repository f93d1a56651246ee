package dev.luthier.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * PEFT's adapter_config.json: few keys are written, since older readers refuse unknown ones; keys
 * that change nothing are noted when read, and keys that would change the result and are not built
 * are refused by name.
 *
 * @param peft the method it describes
 * @param task its task_type, such as CAUSAL_LM, or nothing
 * @param base the model it was made for, as the file names it
 * @param notes one line for each unknown key that was passed over
 */
public record AdapterConfig(Peft peft, String task, String base, List<String> notes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Keys of every method that this class reads. */
  private static final List<String> READ =
      List.of("peft_type", "modules_to_save", "base_model_name_or_path", "task_type");

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

  public static AdapterConfig read(Path dir) {
    return read(dir, Methods::named);
  }

  /**
   * @param formats by peft_type
   */
  static AdapterConfig read(Path dir, Function<String, Format<?>> formats) {
    if (HubFolder.is(dir)) {
      return HubFolder.read(dir);
    }
    Path file = dir.resolve("adapter_config.json");
    if (!Files.exists(file)) {
      throw HubConfig.none(dir);
    }
    JsonNode json;
    try {
      json = JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
    if (!json.path("peft_type").isTextual()) {
      throw new UserError(file + " is no adapter's configuration, for it names no peft_type");
    }
    try {
      Format<?> format = formats.apply(json.path("peft_type").asText(""));
      List<String> notes = new ArrayList<>();
      json.properties().stream()
          .filter(e -> !READ.contains(e.getKey()) && !HARMLESS.contains(e.getKey()))
          .filter(e -> !format.read().contains(e.getKey()) && !neutral(e.getValue()))
          .forEach(e -> judge(format, file, e.getKey(), e.getValue(), notes));
      List<String> saved = new ArrayList<>(strings(json.path("modules_to_save")));
      saved.removeAll(Task.headsOf(json.path("task_type").asText()));
      return new AdapterConfig(
          format.parse().apply(json, List.copyOf(saved)),
          json.path("task_type").isTextual() ? json.path("task_type").asText() : "",
          json.path("base_model_name_or_path").asText(""),
          notes);
    } catch (UserError | IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private static boolean neutral(JsonNode value) {
    return value.isNull()
        || value.equals(JSON.getNodeFactory().booleanNode(false))
        || (value.isContainerNode() && value.isEmpty());
  }

  private static void judge(
      Format<?> format, Path file, String key, JsonNode value, List<String> notes) {
    if (format.plain().getOrDefault(key, List.of()).contains(value.asText())) {
      return;
    }
    if (format.unbuilt().contains(key) || format.plain().containsKey(key)) {
      throw new UserError("%s = %s is not built".formatted(key, value));
    }
    notes.add("%s: unknown key %s = %s is passed over".formatted(file, key, value));
  }

  /** target_modules, in any of its spellings. */
  static Targets targets(JsonNode json) {
    JsonNode targets = json.path("target_modules");
    return Targets.read(targets.isArray() ? strings(targets) : targets.asText());
  }

  /** The modules that a key names, in any spelling; none where it names none. */
  static Optional<Targets> given(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    return Optional.of(
        value.isArray() ? new Targets.Names(strings(value)) : Targets.read(value.asText()));
  }

  /** A rank, which must be a whole number. */
  static int rank(JsonNode json, String key, int otherwise) {
    JsonNode rank = json.path(key);
    if (!rank.isMissingNode() && !rank.isNull() && !rank.isInt()) {
      throw new UserError(key + " must be a whole number, was " + rank);
    }
    return rank.asInt(otherwise);
  }

  static List<String> strings(JsonNode array) {
    List<String> out = new ArrayList<>();
    array.elements().forEachRemaining(e -> out.add(e.asText()));
    return out;
  }

  /** A number as people write it: 16, not 16.0. */
  static Object number(double value) {
    return value == Math.rint(value) ? (Object) (long) value : (Object) value;
  }

  /**
   * The file's text.
   *
   * @param peft as the file is to name it
   * @param save modules that are in the file whole, beside the task's heads
   * @param heads whether those are
   */
  static String write(Model model, Peft peft, List<String> save, boolean heads, String base) {
    Format<?> format = Methods.of(peft);
    Task task = model.task();
    List<String> saved = new ArrayList<>(save);
    if (heads) {
      saved.addAll(task.heads());
    }
    String name = task.inPeft() ? task.name() : "";
    return write(format.type(), format.written(peft, model), name, saved, base);
  }

  /**
   * The file's text.
   *
   * @param settings the method's own keys
   * @param task its task_type, or nothing
   * @param saved modules that are in the file whole
   */
  static String write(
      String type, Map<String, Object> settings, String task, List<String> saved, String base) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("peft_type", type);
    out.put("task_type", task.isEmpty() ? null : task);
    out.put("base_model_name_or_path", base);
    out.put("inference_mode", true);
    out.putAll(settings);
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
