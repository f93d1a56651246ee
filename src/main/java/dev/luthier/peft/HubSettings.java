package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An adapter's settings by the keys of AdapterHub's BnConfig. */
final class HubSettings {
  private HubSettings() {}

  /**
   * @param versioned whether the file names the version that wrote it
   */
  static Inset read(String name, JsonNode config, boolean versioned) {
    Inset.checkName("name", name);
    boolean compacter = config.path("phm_layer").asBoolean(false);
    return new Inset(
        name,
        placement(config),
        width(config.path("reduction_factor")),
        activation(config.path("non_linearity").asText(""), versioned),
        scaling(config.path("scaling")),
        compacter ? kronecker(config) : new Maps.Plain(start(config)),
        config.path("dropout").asDouble(0),
        leaveOut(config),
        invertible(config));
  }

  private static Placement placement(JsonNode config) {
    List<Sublayer> after = new ArrayList<>();
    if (config.path("mh_adapter").asBoolean(false)) {
      after.add(Sublayer.ATTENTION);
    }
    if (config.path("cross_adapter").asBoolean(false)) {
      after.add(Sublayer.CROSS);
    }
    if (config.path("output_adapter").asBoolean(false)) {
      after.add(Sublayer.MLP);
    }
    if (config.path("is_parallel").asBoolean(false)) {
      return new Placement.Parallel(after);
    }
    return config.path("original_ln_before").asBoolean(false)
        ? new Placement.Pfeiffer(after)
        : new Placement.Houlsby(after);
  }

  private static Width width(JsonNode factor) {
    if (!factor.isNumber()) {
      throw new UserError(
          "reduction_factor = %s is not built; known is one number".formatted(factor));
    }
    return new Width.Reduced(factor.asDouble());
  }

  /** Files without a version say gelu for what is called gelu_new since. */
  private static Nonlinearity activation(String name, boolean versioned) {
    String now =
        versioned
            ? name
            : switch (name) {
              case "gelu" -> "gelu_new";
              case "gelu_orig" -> "gelu";
              default -> name;
            };
    return Nonlinearity.named(now)
        .orElseThrow(() -> new UserError("non_linearity = %s is not built".formatted(name)));
  }

  private static Scaling scaling(JsonNode value) {
    return switch (value.asText()) {
      case "learned" -> new Scaling.Learned();
      case "channel" -> new Scaling.Channels();
      default -> new Scaling.Fixed(value.asDouble(1));
    };
  }

  private static MapStart start(JsonNode config) {
    String name = config.path("init_weights").asText("bert");
    for (MapStart start : MapStart.values()) {
      if (start.inFiles().equals(name)) {
        return start;
      }
    }
    return MapStart.BERT; // says only how it began
  }

  private static LeaveOut leaveOut(JsonNode config) {
    List<Integer> layers = ModelConfig.ids(config, "leave_out");
    return layers.isEmpty() ? new LeaveOut.None() : new LeaveOut.Layers(layers);
  }

  private static Invertible invertible(JsonNode config) {
    return config.path("inv_adapter").isTextual()
        ? new Invertible.Nice(config.path("inv_adapter_reduction_factor").asDouble(2))
        : new Invertible.None();
  }

  private static Maps kronecker(JsonNode config) {
    return new Maps.Kronecker(
        config.path("phm_dim").asInt(4),
        config.path("factorized_phm_W").asBoolean(true)
            ? new SecondFactors.LowRank(config.path("phm_rank").asInt(1))
            : new SecondFactors.Whole(),
        config.path("shared_phm_rule").asBoolean(true) ? Maps.Rule.SHARED : Maps.Rule.OWN);
  }

  /** Every key of BnConfig, in their order. */
  static Map<String, Object> written(Inset inset, Model model) {
    long hidden = model.config().hiddenSize();
    List<Integer> stacks =
        model.frame().stacks().stream().map(stack -> stack.layers().size()).toList();
    Map<String, Object> out = new TreeMap<>(BY_DEFAULT);
    List<Sublayer> after = inset.placement().after();
    out.put("mh_adapter", after.contains(Sublayer.ATTENTION));
    out.put("cross_adapter", after.contains(Sublayer.CROSS));
    out.put("output_adapter", after.contains(Sublayer.MLP));
    out.put("is_parallel", inset.placement() instanceof Placement.Parallel);
    out.put("original_ln_before", inset.placement() instanceof Placement.Pfeiffer);
    out.put("reduction_factor", AdapterConfig.number(inset.width().reduction(hidden)));
    out.put("non_linearity", inset.activation().inFiles());
    out.put("scaling", inset.scaling().inFiles());
    out.put("dropout", inset.dropout());
    out.put("leave_out", LeaveOut.lacking(inset.leaveOut(), stacks));
    inset
        .invertible()
        .reduction()
        .ifPresent(
            by -> {
              out.put("inv_adapter", "nice");
              out.put("inv_adapter_reduction_factor", AdapterConfig.number(by));
            });
    if (inset.maps() instanceof Maps.Plain plain) {
      out.put("init_weights", plain.start().inFiles());
    }
    if (inset.maps() instanceof Maps.Kronecker maps) {
      out.put("phm_layer", true);
      out.put("phm_dim", maps.dimension());
      out.put("factorized_phm_W", maps.factors() instanceof SecondFactors.LowRank);
      out.put("phm_rank", maps.factors() instanceof SecondFactors.LowRank low ? low.rank() : 1);
      out.put("shared_phm_rule", maps.rule() == Maps.Rule.SHARED);
    }
    return out;
  }

  private static final Map<String, Object> BY_DEFAULT = byDefault();

  private static Map<String, Object> byDefault() {
    Map<String, Object> out = new TreeMap<>();
    for (String off :
        List.of(
            "adapter_residual_before_ln",
            "factorized_phm_rule",
            "ln_after",
            "ln_before",
            "phm_layer",
            "shared_W_phm",
            "use_gating")) {
      out.put(off, false);
    }
    for (String on :
        List.of(
            "factorized_phm_W",
            "learn_phm",
            "original_ln_after",
            "phm_bias",
            "residual_before_ln",
            "shared_phm_rule")) {
      out.put(on, true);
    }
    for (String none : List.of("architecture", "inv_adapter", "inv_adapter_reduction_factor")) {
      out.put(none, null);
    }
    out.put("hypercomplex_nonlinearity", "glorot-uniform");
    out.put("init_weights", "bert");
    out.put("phm_c_init", "normal");
    out.put("phm_dim", 4);
    out.put("phm_init_range", 0.0001);
    out.put("phm_rank", 1);
    out.put("stochastic_depth", 0.0);
    return out;
  }
}
