package dev.luthier.peft;

import static dev.luthier.peft.AdapterConfig.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * adapter_config.json of the methods whose files hold changes of weights: no format of PEFT, which
 * has no such methods, but in its files and with its common keys. docs/methods/sparse.md describes
 * it.
 */
final class DeltaFormat {
  static final Format<Bitfit> BITFIT =
      format(
          "BITFIT",
          Bitfit.class,
          Set.of("biases", "add"),
          (json, save) ->
              new Bitfit(
                  word(json, "biases", Bitfit.Biases.ALL), json.path("add").asBoolean(), save),
          m -> map("biases", word(m.biases()), "add", m.add()));

  static final Format<Unfreeze> UNFREEZE =
      format(
          "UNFREEZE",
          Unfreeze.class,
          Set.of("pattern", "target_modules", "last_layers", "norm", "head"),
          DeltaFormat::unfreeze,
          DeltaFormat::unfrozen);

  static final Format<Sparse> SPARSE =
      format(
          "SPARSE",
          Sparse.class,
          Set.of("share", "count", "target_modules", "unit", "choose", "batches", "order", "given"),
          (json, save) ->
              new Sparse(
                  share(json),
                  count(json),
                  AdapterConfig.targets(json),
                  word(json, "unit", Unit.WEIGHT),
                  ChooseFormat.parse(json),
                  save),
          m -> {
            Map<String, Object> out = amount(m.share(), m.count(), m.targets());
            out.put("unit", word(m.unit()));
            out.putAll(ChooseFormat.write(m.choose()));
            return out;
          });

  static final Format<LtSft> LT_SFT =
      format(
          "LT_SFT",
          LtSft.class,
          Set.of("share", "count", "target_modules", "first"),
          (json, save) ->
              new LtSft(
                  share(json),
                  count(json),
                  AdapterConfig.targets(json),
                  json.path("first").asDouble(1),
                  save),
          m -> {
            Map<String, Object> out = amount(m.share(), m.count(), m.targets());
            out.put("first", number(m.first()));
            return out;
          });

  static final Format<DiffPruning> DIFF_PRUNING =
      format(
          "DIFF_PRUNING",
          DiffPruning.class,
          Set.of("share", "count", "target_modules", "penalty", "start", "gate_rate", "settle"),
          (json, save) ->
              new DiffPruning(
                  share(json),
                  count(json),
                  AdapterConfig.targets(json),
                  json.path("penalty").asDouble(),
                  json.path("start").asDouble(),
                  json.path("gate_rate").asDouble(1),
                  json.path("settle").asDouble(),
                  save),
          m -> {
            Map<String, Object> out = amount(m.share(), m.count(), m.targets());
            out.put("penalty", m.penalty());
            out.put("start", number(m.start()));
            out.put("gate_rate", number(m.gateRate()));
            out.put("settle", m.settle());
            return out;
          });

  private DeltaFormat() {}

  private static <P extends Peft> Format<P> format(
      String type,
      Class<P> method,
      Set<String> read,
      BiFunction<JsonNode, List<String>, P> parse,
      Function<P, Map<String, Object>> write) {
    return new Format<>(
        type, method, read, Set.of(), Map.of(), parse, (peft, model) -> write.apply(peft));
  }

  static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      out.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return out;
  }

  static Map<String, Object> amount(Optional<Double> share, Optional<Long> count, Targets targets) {
    Map<String, Object> out = new LinkedHashMap<>();
    share.ifPresent(s -> out.put("share", s));
    count.ifPresent(c -> out.put("count", c));
    out.put("target_modules", targets.written());
    return out;
  }

  private static Optional<Double> share(JsonNode json) {
    return json.has("share") ? Optional.of(json.path("share").asDouble()) : Optional.empty();
  }

  private static Optional<Long> count(JsonNode json) {
    return json.has("count") ? Optional.of(json.path("count").asLong()) : Optional.empty();
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static <E extends Enum<E>> E word(JsonNode json, String key, E usual) {
    String text = json.path(key).asText(word(usual));
    E[] all = usual.getDeclaringClass().getEnumConstants();
    return Arrays.stream(all)
        .filter(e -> word(e).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "%s must be one of %s, was %s"
                        .formatted(key, Arrays.stream(all).map(DeltaFormat::word).toList(), text)));
  }

  private static Unfreeze unfreeze(JsonNode json, List<String> save) {
    if (json.has("pattern")) {
      return new Unfreeze(new Unfreeze.Match(json.path("pattern").asText()), save);
    }
    return json.has("last_layers")
        ? new Unfreeze(
            new Unfreeze.LastLayers(
                json.path("last_layers").asInt(),
                json.path("norm").asBoolean(),
                json.path("head").asBoolean()),
            save)
        : new Unfreeze(new Unfreeze.Modules(AdapterConfig.targets(json)), save);
  }

  private static Map<String, Object> unfrozen(Unfreeze method) {
    if (method.which() instanceof Unfreeze.Match match) {
      return map("pattern", match.pattern());
    }
    if (method.which() instanceof Unfreeze.LastLayers last) {
      return map("last_layers", last.count(), "norm", last.norm(), "head", last.head());
    }
    return map("target_modules", ((Unfreeze.Modules) method.which()).targets().written());
  }
}
