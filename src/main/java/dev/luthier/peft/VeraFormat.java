package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** VeRA as PEFT's VeraConfig has it. */
final class VeraFormat {
  static final Format<Vera> IT =
      new Format<>(
          "VERA",
          Vera.class,
          Set.of(
              "r",
              "d_initial",
              "vera_dropout",
              "target_modules",
              "layers_to_transform",
              "projection_prng_key",
              "save_projection",
              "init_weights"),
          Set.of("exclude_modules"),
          Map.of("bias", List.of("none"), "layers_pattern", List.of("layers")),
          VeraFormat::parse,
          VeraFormat::write);

  private VeraFormat() {}

  private static Vera parse(JsonNode json, List<String> save) {
    return new Vera(
        AdapterConfig.rank(json, "r", 256),
        json.path("d_initial").asDouble(0.1),
        json.path("vera_dropout").asDouble(0),
        AdapterConfig.targets(json),
        ModelConfig.ids(json, "layers_to_transform"),
        json.path("projection_prng_key").asLong(0),
        json.path("save_projection").asBoolean(true),
        save);
  }

  private static Map<String, Object> write(Vera vera, Model model) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("r", vera.rank());
    out.put("d_initial", vera.start());
    out.put("vera_dropout", vera.dropout());
    out.put("target_modules", vera.targets().written());
    out.put("projection_prng_key", vera.projectionSeed());
    out.put("save_projection", vera.saveProjection());
    if (!vera.layers().isEmpty()) {
      out.put("layers_to_transform", vera.layers());
    }
    return out;
  }
}
