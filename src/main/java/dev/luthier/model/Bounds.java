package dev.luthier.model;

import dev.luthier.error.Check;

/** Numbers of config.json that make sense in a range only; errors name the file and the key. */
final class Bounds {
  private Bounds() {}

  /** As {@link ModelConfig#number}, and not negative: what is added before a root is taken. */
  static double atLeastZero(ModelConfig config, String key, double otherwise) {
    return Check.atLeast(place(config, key), 0.0, config.number(key, otherwise));
  }

  /** As {@link ModelConfig#number}, and greater than zero. */
  static double aboveZero(ModelConfig config, String key, double otherwise) {
    return Check.above(place(config, key), 0, config.number(key, otherwise));
  }

  /** As {@link ModelConfig#number}, and from 0 to 1: what is dropped of all. */
  static double share(ModelConfig config, String key, double otherwise) {
    return Check.within(place(config, key), 0, 1, config.number(key, otherwise));
  }

  private static String place(ModelConfig config, String key) {
    return config.file() + ": " + key;
  }
}
