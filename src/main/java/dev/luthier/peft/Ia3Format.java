package dev.luthier.peft;

import dev.luthier.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** IA3 as PEFT's IA3Config has it. */
final class Ia3Format {
  static final Format<Ia3> IT =
      new Format<>(
          "IA3",
          Ia3.class,
          Set.of("target_modules", "feedforward_modules", "init_ia3_weights"),
          Set.of("exclude_modules"),
          Map.of(),
          (json, save) ->
              new Ia3(
                  AdapterConfig.given(json, "target_modules"),
                  AdapterConfig.given(json, "feedforward_modules"),
                  save),
          Ia3Format::write);

  private Ia3Format() {}

  private static Map<String, Object> write(Ia3 ia3, Model model) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("target_modules", ia3.targets(model).written());
    out.put("feedforward_modules", ia3.feedforward(model).written());
    return out;
  }
}
