package dev.luthier.peft;

import dev.luthier.model.Slot;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;

/** The plain maps that stand in for adaptations while these are merged. */
final class Merged {
  private final Map<Slot, Stored> maps = new LinkedHashMap<>();

  boolean made() {
    return !maps.isEmpty();
  }

  /** Makes them and puts them in their places. */
  void make(Map<Slot, Adaptation> places) {
    try (Scope scope = new Scope()) {
      places.forEach((slot, map) -> maps.put(slot, map.merged()));
    }
    maps.forEach(Slot::replace);
  }

  void free() {
    maps.values().forEach(m -> m.weights().values().forEach(Parameter::close));
    maps.clear();
  }
}
