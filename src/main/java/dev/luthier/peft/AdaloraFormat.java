package dev.luthier.peft;

import static dev.luthier.peft.AdapterConfig.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AdaLoRA as PEFT's AdaLoraConfig has it, which counts steps where recipes have shares. */
final class AdaloraFormat {
  private static final int UNKNOWN = 1000; // steps, where no run has told; PEFT needs some number

  static final Format<Adalora> IT =
      new Format<>(
          "ADALORA",
          Adalora.class,
          Set.of(
              "init_r",
              "target_r",
              "r", // PEFT does not read it
              "lora_alpha",
              "lora_dropout",
              "target_modules",
              "layers_to_transform",
              "tinit",
              "tfinal",
              "deltaT",
              "beta1",
              "beta2",
              "orth_reg_weight",
              "total_step",
              "rank_pattern",
              "init_lora_weights"),
          Set.of("exclude_modules", "use_dora", "use_rslora", "alpha_pattern", "lora_bias"),
          Map.of("bias", List.of("none"), "layers_pattern", List.of("layers")),
          AdaloraFormat::parse,
          AdaloraFormat::write);

  private AdaloraFormat() {}

  private static Adalora parse(JsonNode json, List<String> save) {
    int total = json.path("total_step").asInt(0);
    AdaloraSchedule schedule =
        new AdaloraSchedule(
            total < 1 ? 0 : (double) json.path("tinit").asInt(0) / total,
            total < 1 ? 0 : (double) json.path("tfinal").asInt(0) / total,
            json.path("deltaT").asInt(1),
            json.path("beta1").asDouble(0.85),
            json.path("beta2").asDouble(0.85),
            total < 1 ? Optional.empty() : Optional.of(total));
    Map<String, List<Boolean>> pattern = new LinkedHashMap<>();
    json.path("rank_pattern")
        .properties()
        .forEach(
            e -> {
              List<Boolean> kept = new ArrayList<>();
              e.getValue().elements().forEachRemaining(k -> kept.add(k.asBoolean()));
              pattern.put(e.getKey(), kept);
            });
    return new Adalora(
        AdapterConfig.rank(json, "target_r", 8),
        AdapterConfig.rank(json, "init_r", 12),
        json.path("lora_alpha").asDouble(8),
        json.path("lora_dropout").asDouble(0),
        AdapterConfig.targets(json),
        ModelConfig.ids(json, "layers_to_transform"),
        json.path("orth_reg_weight").asDouble(0.5),
        schedule,
        pattern,
        save);
  }

  private static Map<String, Object> write(Adalora adalora, Model model) {
    AdaloraSchedule schedule = adalora.schedule();
    int total = schedule.steps().orElse(UNKNOWN);
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("target_r", adalora.rank());
    out.put("init_r", adalora.startRank());
    out.put("lora_alpha", number(adalora.alpha()));
    out.put("lora_dropout", adalora.dropout());
    out.put("target_modules", adalora.targets().written());
    out.put("tinit", schedule.warmupSteps(total));
    out.put("tfinal", schedule.settleSteps(total));
    out.put("deltaT", schedule.every());
    out.put("beta1", schedule.importance());
    out.put("beta2", schedule.uncertainty());
    out.put("orth_reg_weight", adalora.orthogonality());
    out.put("total_step", total);
    if (!adalora.layers().isEmpty()) {
      out.put("layers_to_transform", adalora.layers());
    }
    if (!adalora.rankPattern().isEmpty()) {
      out.put("rank_pattern", adalora.rankPattern());
    }
    return out;
  }
}
