package dev.luthier.reward;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an answer is worth.
 *
 * @param total what is learnt from
 * @param parts what it is made of, by name, for the log; empty where it is one thing
 */
public record Score(double total, Map<String, Double> parts) {
  public Score {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts)); // in their order
  }

  /** One thing. */
  public static Score of(double total) {
    return new Score(total, Map.of());
  }
}
