package dev.luthier.online;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A recipe of one training without what the cycle fills in.
 *
 * @param keys as plain data
 */
@Doc("a recipe without `model`, `adapter`, `data.train` and `output`, which the cycle fills in")
public record Draft(Map<String, Object> keys) implements Written {
  private static final List<String> FILLED = List.of("model", "adapter", "output");

  public Draft {
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
  }

  /**
   * @throws IllegalArgumentException with the rule, if it says what the cycle fills in
   */
  public static Draft read(Object yaml) {
    if (!(yaml instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("a recipe, a map of keys");
    }
    Map<String, Object> out = new LinkedHashMap<>();
    map.forEach((k, v) -> out.put(String.valueOf(k), v));
    boolean filled = FILLED.stream().anyMatch(out::containsKey);
    boolean rows = out.get("data") instanceof Map<?, ?> data && data.containsKey("train");
    if (filled || rows || out.containsKey("data") && !(out.get("data") instanceof Map)) {
      throw new IllegalArgumentException(
          "a recipe without model, adapter, data.train and output, which the cycle fills in");
    }
    return new Draft(out);
  }

  @Override
  public Object written() {
    return keys;
  }

  /** With what the cycle fills in; what the data says beside its rows stays. */
  Map<String, Object> filled(Map<String, Object> with, String rows) {
    Map<String, Object> out = new LinkedHashMap<>(with);
    out.putAll(keys);
    Map<String, Object> data = new LinkedHashMap<>();
    if (keys.get("data") instanceof Map<?, ?> own) {
      own.forEach((k, v) -> data.put(String.valueOf(k), v));
    }
    data.put("train", rows);
    out.put("data", data);
    return out;
  }
}
