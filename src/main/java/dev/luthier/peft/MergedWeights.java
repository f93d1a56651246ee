package dev.luthier.peft;

import dev.luthier.model.Slot;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies of weights with a method in them, while they are in the places of a model. */
final class MergedWeights {
  private final Map<Slot, Stored> copies = new LinkedHashMap<>();

  /** Makes them where there are none yet; a weight that two places share stays one. */
  void make(Map<Slot, Adaptation> places) {
    if (!copies.isEmpty()) {
      return;
    }
    try (Scope scope = new Scope()) {
      Map<Parameter, Parameter> shared = new IdentityHashMap<>();
      places.forEach((slot, map) -> copies.put(slot, map.merged(shared)));
    }
    copies.forEach(Slot::replace);
  }

  void free() {
    copies.values().stream()
        .flatMap(stored -> stored.weights().values().stream())
        .distinct()
        .forEach(Parameter::close);
    copies.clear();
  }
}
