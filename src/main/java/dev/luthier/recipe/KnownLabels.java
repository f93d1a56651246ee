package dev.luthier.recipe;

import dev.luthier.data.LabelSet;
import dev.luthier.data.Samples;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which classes a run tells apart. */
final class KnownLabels {
  private KnownLabels() {}

  /**
   * Those that the recipe names; else those of a model that has a head for all labels of training,
   * so that it goes on with that head; else those of training.
   */
  static LabelSet of(List<String> given, ModelFolder folder, Samples train) {
    if (!given.isEmpty()) {
      return new LabelSet(given);
    }
    LabelSet found = LabelSet.of(train);
    Map<String, String> own = new LinkedHashMap<>();
    folder
        .config()
        .json()
        .path("id2label")
        .properties()
        .forEach(e -> own.put(e.getKey(), e.getValue().asText()));
    return own.values().containsAll(found.names()) ? LabelSet.of(own) : found;
  }
}
