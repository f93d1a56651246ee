package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.model.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AdapterHub's adapter_config.json, as its BnConfig reads it. What would change the result and is
 * not built is refused by name; unknown keys are noted.
 *
 * @param hidden the width of the model that it was made for, or 0
 * @param task what that model was for, as PEFT calls it, where it had a head of its own
 * @param base that model, as the file names it
 * @param notes one line for each unknown key that was passed over
 */
record HubConfig(Inset inset, long hidden, String task, String base, List<String> notes) {
  static final String FILE = "adapter_config.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What each key must be, where only one value is built. */
  private static final Map<String, List<String>> ONLY =
      Map.ofEntries(
          Map.entry("architecture", List.of("", "null", "bottleneck")), // others: HubKin
          Map.entry("original_ln_after", List.of("", "true")),
          Map.entry("ln_before", List.of("", "false")),
          Map.entry("ln_after", List.of("", "false")),
          Map.entry("use_gating", List.of("", "false")),
          Map.entry("residual_before_ln", List.of("", "true")),
          Map.entry("adapter_residual_before_ln", List.of("", "false")),
          Map.entry("inv_adapter", List.of("", "null", "nice")),
          Map.entry("shared_W_phm", List.of("", "false")),
          Map.entry("factorized_phm_rule", List.of("", "false")),
          Map.entry("phm_bias", List.of("", "true")),
          Map.entry("learn_phm", List.of("", "true")));

  private static final Set<String> READ =
      Set.of(
          "mh_adapter",
          "output_adapter",
          "cross_adapter",
          "original_ln_before",
          "is_parallel",
          "reduction_factor",
          "non_linearity",
          "scaling",
          "init_weights",
          "dropout",
          "leave_out",
          "inv_adapter_reduction_factor",
          "phm_layer",
          "phm_dim",
          "phm_rank",
          "factorized_phm_W",
          "shared_phm_rule");

  /** Keys of weights' beginnings and of training alone. */
  private static final Set<String> HARMLESS =
      Set.of("phm_c_init", "phm_init_range", "hypercomplex_nonlinearity", "stochastic_depth");

  static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
  }

  /** The folder is no adapter's; that of a run has one below. */
  static UserError none(Path dir) {
    if (!Files.isDirectory(dir)) {
      return new UserError(dir + ": there is no such folder");
    }
    Path below = dir.resolve("adapter");
    return new UserError(
        "%s has no %s, so it is not an adapter folder%s"
            .formatted(
                dir,
                FILE,
                Files.exists(below.resolve(FILE)) ? "; did you mean %s?".formatted(below) : ""));
  }

  static HubConfig read(Path dir) {
    Path file = dir.resolve(FILE);
    if (!Files.exists(file)) {
      throw none(dir);
    }
    JsonNode json = json(file);
    JsonNode config = json.path("config");
    try {
      if (!config.isObject()) {
        throw new UserError(
            json.has("peft_type")
                ? "this is an adapter in PEFT's format; here one of AdapterHub's kind is needed: a bottleneck or compacter"
                : "config is missing");
      }
      if (HubKin.is(dir)) {
        throw new UserError(
            "architecture = %s is a method that PEFT has too; make it PEFT's first: ./luthier adapter convert %s --to peft --into FOLDER --model MODEL"
                .formatted(config.path("architecture"), dir));
      }
      List<String> notes = new ArrayList<>();
      config.properties().forEach(e -> judge(file, e.getKey(), e.getValue(), notes));
      Inset inset = HubSettings.read(json.path("name").asText(""), config, json.has("version"));
      return new HubConfig(
          inset, json.path("hidden_size").asLong(0), task(json), base(json), notes);
    } catch (UserError | IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  static String base(JsonNode json) {
    return json.path("model_name").asText("");
  }

  static String task(JsonNode json) {
    String made = json.path("model_class").asText("");
    if (made.endsWith("ForSequenceClassification")) {
      return Task.SEQ_CLS.name();
    }
    return made.endsWith("ForTokenClassification") ? Task.TOKEN_CLS.name() : "";
  }

  private static void judge(Path file, String key, JsonNode value, List<String> notes) {
    List<String> only = ONLY.get(key);
    if (only != null && !only.contains(value.asText())) {
      throw new UserError("%s = %s is not built".formatted(key, value));
    }
    if (only == null && !READ.contains(key) && !HARMLESS.contains(key)) {
      notes.add("%s: unknown key %s = %s is passed over".formatted(file, key, value));
    }
  }

  /** The method that the file describes. */
  Peft peft(List<String> save) {
    if (inset.maps() instanceof Maps.Plain plain) {
      return new Bottleneck(
          inset.placement(),
          Optional.of(inset.width()),
          Optional.of(inset.activation()),
          Optional.of(inset.scaling()),
          Optional.of(plain.start()),
          inset.dropout(),
          inset.leaveOut(),
          inset.invertible(),
          inset.name(),
          save);
    }
    Maps.Kronecker maps = (Maps.Kronecker) inset.maps();
    if (!inset.scaling().equals(new Scaling.Fixed(1))
        || !(inset.invertible() instanceof Invertible.None)) {
      throw new UserError("a compacter with scaling or an invertible adapter is not built");
    }
    return new Compacter(
        inset.placement(),
        inset.width(),
        inset.activation(),
        maps.dimension(),
        maps.factors(),
        maps.rule() == Maps.Rule.SHARED,
        inset.dropout(),
        inset.leaveOut(),
        inset.name(),
        save);
  }
}
