package dev.luthier.advise;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keys of a recipe in the order in which they are written. */
final class Keys {
  private Keys() {}

  /** Keys and values by turns. */
  static Map<String, Object> of(Object... keysAndValues) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      out.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return out;
  }
}
