package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** AdapterHub's adapter_fusion_config.json: its DynamicAdapterFusionConfig is what is built. */
final class HubFusion {
  private static final Map<String, String> ONLY =
      Map.of(
          "key", "true",
          "query", "true",
          "value", "true",
          "query_before_ln", "false",
          "residual_before", "false",
          "temperature", "false",
          "value_before_softmax", "true");

  private HubFusion() {}

  /** The folder of a fusion of these adapters. */
  static Path folder(Path dir, List<Path> adapters) {
    return dir.resolve(
        adapters.stream().map(a -> a.getFileName().toString()).collect(Collectors.joining(",")));
  }

  static AdapterConfig read(Path dir, List<Path> adapters, List<String> save) {
    Path file = folder(dir, adapters).resolve(HubFolder.FUSION);
    JsonNode json = HubConfig.json(file);
    JsonNode config = json.path("config");
    ONLY.forEach(
        (key, only) -> {
          if (config.has(key) && !config.path(key).asText().equals(only)) {
            throw new UserError("%s: %s = %s is not built".formatted(file, key, config.path(key)));
          }
        });
    JsonNode rate = config.path("dropout_prob");
    return new AdapterConfig(
        new AdapterFusion(
            adapters,
            rate.isNumber() ? Optional.of(rate.asDouble()) : Optional.empty(),
            config.path("regularization").asBoolean(true) ? 0.01 : 0,
            save),
        HubConfig.task(json),
        HubConfig.base(json),
        List.of());
  }

  static Map<String, Object> written(AdapterFusion fusion) {
    Map<String, Object> out = new TreeMap<>();
    ONLY.forEach((key, only) -> out.put(key, Boolean.valueOf(only)));
    out.put("dropout_prob", fusion.dropout().orElse(null));
    out.put("regularization", fusion.penalty() > 0);
    out.put("value_initialized", true);
    return out;
  }
}
