package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which linear maps of a model are quantised: those of its layers. Heads, poolers and what stands
 * before the layers stay as they are, and tables and norms too, as in QLoRA's paper.
 *
 * @param byWeight the maps by the names of their weights
 * @param kept the paths of all other linear maps
 */
record LinearMaps(Map<String, Slot> byWeight, List<String> kept) {
  /** Maps that transformers keeps in float32 whatever is asked for, by model_type. */
  private static final Map<String, List<String>> ALWAYS = Map.of("t5", List.of("wo"));

  /**
   * @param skip maps to leave out, by the ends or by whole parts of their paths
   * @throws UserError if one of them is no linear map of the model, or none is left
   */
  static LinearMaps of(Model model, List<String> skip) {
    List<String> left = new ArrayList<>(skip);
    left.addAll(ALWAYS.getOrDefault(model.config().modelType(), List.of()));
    Map<String, Slot> byWeight = new HashMap<>();
    List<String> kept = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Set<String> met = new LinkedHashSet<>();
    for (Slot slot : model.slots()) {
      if (!(slot.base() instanceof Linear linear)) {
        continue;
      }
      names.add(slot.name());
      List<String> by = left.stream().filter(s -> part(slot.path(), s)).toList();
      met.addAll(by);
      if (by.isEmpty() && slot.path().matches("(.*\\.)?\\d+\\..*")) {
        String name = linear.weight().name();
        byWeight.put(model.frame().renamed().getOrDefault(name, name), slot);
      } else {
        kept.add(slot.path());
      }
    }
    for (String s : skip) {
      if (!met.contains(s)) {
        throw new UserError(
            "--skip %s: no linear map of the model is called so; there are %s"
                .formatted(s, String.join(", ", names)));
      }
    }
    if (byWeight.isEmpty()) {
      throw new UserError(
          "%s: no linear map is left to quantise".formatted(model.config().file().getParent()));
    }
    return new LinearMaps(byWeight, kept);
  }

  /** Whether a name is part of a path: down_proj or layers.0 of model.layers.0.mlp.down_proj. */
  private static boolean part(String path, String name) {
    return ("." + path + ".").contains("." + name + ".");
  }

  /**
   * The map whose weight a tensor is. Files may have the names of a model with a head or those of
   * the model below, which end alike.
   */
  Optional<Slot> of(String tensor) {
    Slot exact = byWeight.get(tensor);
    return exact != null
        ? Optional.of(exact)
        : byWeight.entrySet().stream()
            .filter(e -> e.getKey().endsWith("." + tensor) || tensor.endsWith("." + e.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
  }
}
