package dev.luthier.peft;

import java.util.Map;
import java.util.Set;

/** LayerNorm tuning as PEFT's LNTuningConfig has it. */
final class LnTuningFormat {
  static final Format<LnTuning> IT =
      new Format<>(
          "LN_TUNING",
          LnTuning.class,
          Set.of("target_modules"),
          Set.of("exclude_modules"),
          Map.of(),
          (json, save) -> new LnTuning(AdapterConfig.given(json, "target_modules"), save),
          (tuning, model) -> Map.of("target_modules", tuning.targets(model).written()));

  private LnTuningFormat() {}
}
