package dev.luthier.model;

import dev.luthier.error.UserError;

/** The kinds of layers that layer_types names. */
final class Windows {
  static final String FULL = "full_attention";
  static final String SLIDING = "sliding_attention";

  private Windows() {}

  /**
   * What a layer of this kind sees.
   *
   * @throws UserError if the kind is unknown, or slides without a sliding_window
   */
  static Sight sight(ModelConfig config, String type) {
    return switch (type) {
      case FULL -> Sight.CAUSAL;
      case SLIDING -> Sight.last(config.integer("sliding_window"));
      default ->
          throw new UserError(
              "%s: layer type %s is not built; known are %s and %s"
                  .formatted(config.file(), type, FULL, SLIDING));
    };
  }

  /** One window in all layers, or none where sliding_window is null. */
  static Sight everywhere(ModelConfig config) {
    return config.json().path("sliding_window").isNumber()
        ? Sight.last(config.integer("sliding_window"))
        : Sight.CAUSAL;
  }
}
