package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * adapter_config.json of {@link HyperAdapter}: no format of PEFT, which has no such method, but in
 * its files and with its common keys. docs/methods/hyper-adapters.md describes it.
 */
final class HyperFormat {
  private static final String REDUCED = "reduction_factor";
  private static final String UNITS = "bottleneck_width";
  private static final String ACTIVATION = "non_linearity";

  static final Format<HyperAdapter> IT =
      new Format<>(
          "HYPER_ADAPTER",
          HyperAdapter.class,
          Set.of(
              "num_tasks",
              REDUCED,
              UNITS,
              ACTIVATION,
              "task_embedding_dim",
              "task_hidden_dim",
              "projected_task_embedding_dim",
              "train_norms"),
          Set.of(),
          Map.of(),
          HyperFormat::parse,
          (method, model) -> written(method));

  private HyperFormat() {}

  private static HyperAdapter parse(JsonNode json, List<String> save) {
    String name = json.path(ACTIVATION).asText();
    return new HyperAdapter(
        AdapterConfig.rank(json, "num_tasks", 0),
        json.has(UNITS)
            ? new Width.Units(AdapterConfig.rank(json, UNITS, 0))
            : new Width.Reduced(json.path(REDUCED).asDouble()),
        Nonlinearity.named(name)
            .orElseThrow(() -> new UserError("%s = %s is not built".formatted(ACTIVATION, name))),
        AdapterConfig.rank(json, "task_embedding_dim", 0),
        AdapterConfig.rank(json, "task_hidden_dim", 0),
        AdapterConfig.rank(json, "projected_task_embedding_dim", 0),
        json.path("train_norms").asBoolean(),
        save);
  }

  private static Map<String, Object> written(HyperAdapter method) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("num_tasks", method.tasks());
    if (method.width() instanceof Width.Reduced reduced) {
      out.put(REDUCED, AdapterConfig.number(reduced.by()));
    } else {
      out.put(UNITS, ((Width.Units) method.width()).units());
    }
    out.put(ACTIVATION, method.activation().inFiles());
    out.put("task_embedding_dim", method.embedding());
    out.put("task_hidden_dim", method.hidden());
    out.put("projected_task_embedding_dim", method.projected());
    out.put("train_norms", method.norms());
    return out;
  }
}
