package dev.luthier.peft;

import static dev.luthier.peft.AdapterConfig.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** LoRA as PEFT's LoraConfig has it. */
final class LoraFormat {
  static final Format<Lora> IT =
      new Format<>(
          "LORA",
          Lora.class,
          Set.of(
              "r",
              "lora_alpha",
              "lora_dropout",
              "target_modules",
              "rank_pattern",
              "alpha_pattern",
              "layers_to_transform",
              "use_rslora",
              "use_dora",
              "lora_bias",
              "init_lora_weights"),
          Set.of(
              "exclude_modules",
              "layer_replication",
              "target_parameters",
              "trainable_token_indices",
              "alora_invocation_tokens",
              "use_qalora",
              "use_bdlora",
              "arrow_config"),
          Map.of("bias", List.of("none"), "layers_pattern", List.of("layers")),
          (json, save) -> parse(json, save, LoraFormat::start),
          (lora, model) -> settings(lora));

  /** The same for files whose factors began in the base's weights and still lack them. */
  static final Format<Lora> FROM_BASE =
      new Format<>(
          IT.type(),
          IT.method(),
          IT.read(),
          IT.unbuilt(),
          IT.plain(),
          (json, save) -> parse(json, save, LoraFormat::startInBase),
          IT.write());

  private LoraFormat() {}

  private static Lora parse(JsonNode json, List<String> save, Function<String, LoraStart> start) {
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
    return new Lora(
        rank,
        json.path("lora_alpha").asDouble(8),
        json.path("lora_dropout").asDouble(0),
        AdapterConfig.targets(json),
        ranks,
        alphas,
        ModelConfig.ids(json, "layers_to_transform"),
        json.path("use_rslora").asBoolean(false),
        save,
        json.path("use_dora").asBoolean(false) ? new Dora() : new LoraForm.Plain(),
        start.apply(json.path("init_lora_weights").asText("true")),
        json.path("lora_bias").asBoolean(false),
        1);
  }

  /** A start that is not in the base model's weights says nothing about a trained adapter. */
  private static LoraStart start(String written) {
    return switch (written) {
      case "gaussian" -> LoraStart.GAUSSIAN;
      case "orthogonal" -> LoraStart.ORTHOGONAL;
      case "null", "true", "false", "eva" -> LoraStart.KAIMING;
      case "pissa", "olora" ->
          throw new UserError(
              ("init_lora_weights = \"%s\" is for base weights that were changed; make it a plain"
                      + " LoRA for the original ones first: ./luthier adapter convert ADAPTER"
                      + " --into FOLDER --model MODEL")
                  .formatted(written));
      default ->
          throw new UserError(
              ("init_lora_weights = \"%s\" is not built, since it needs base weights that were"
                      + " changed and cannot be computed again; save the adapter with"
                      + " path_initial_model_for_weight_conversion, which makes it a plain LoRA")
                  .formatted(written));
    };
  }

  /** The starts that are functions of the base's weights. */
  private static LoraStart startInBase(String written) {
    return switch (written) {
      case "pissa" -> LoraStart.PISSA;
      case "olora" -> LoraStart.OLORA;
      default -> start(written);
    };
  }

  /** Its keys in the order to be written. */
  static Map<String, Object> settings(Lora lora) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("r", lora.rank());
    out.put("lora_alpha", number(lora.alpha()));
    out.put("lora_dropout", lora.dropout());
    out.put("bias", "none");
    out.put("target_modules", lora.targets().written());
    out.put("use_rslora", lora.rslora());
    if (lora.form() instanceof Dora) {
      out.put("use_dora", true);
    }
    if (lora.bias()) {
      out.put("lora_bias", true);
    }
    if (lora.start() != LoraStart.KAIMING) {
      out.put("init_lora_weights", lora.start().name().toLowerCase(Locale.ROOT));
    }
    if (!lora.rankPattern().isEmpty()) {
      out.put("rank_pattern", lora.rankPattern());
    }
    if (!lora.alphaPattern().isEmpty()) {
      Map<String, Object> alphas = new LinkedHashMap<>();
      lora.alphaPattern().forEach((name, alpha) -> alphas.put(name, number(alpha)));
      out.put("alpha_pattern", alphas);
    }
    if (!lora.layers().isEmpty()) {
      out.put("layers_to_transform", lora.layers());
    }
    return out;
  }
}
