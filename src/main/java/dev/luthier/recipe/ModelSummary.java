package dev.luthier.recipe;

import dev.luthier.model.CausalLm;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A model and what of it trains, for people; names and values in the order to be shown. */
record ModelSummary(Map<String, String> facts) {
  /** Loads the model to count, and closes it. */
  static ModelSummary of(ModelFolder folder, Peft peft, long seed, Compute compute) {
    try (CausalLm model = folder.load(compute);
        Adapted<?> adapted = Adapted.attach(model, peft, seed)) {
      return of(folder, adapted);
    }
  }

  static ModelSummary of(ModelFolder folder, Adapted<?> adapted) {
    ModelConfig config = folder.config();
    long all = adapted.model().parameters().stream().mapToLong(Parameter::count).sum();
    long trained = adapted.trainableCount();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", folder.path() + " (" + config.modelType() + ")");
    facts.put("parameters", "%,d".formatted(all));
    facts.put("trainable", "%,d (%.3f %%)".formatted(trained, 100.0 * trained / all));
    facts.put(
        "shape",
        "%d layers, width %d, %d heads, %d key-value heads, vocabulary %d, context %d%s"
            .formatted(
                config.layers(),
                config.hiddenSize(),
                config.heads(),
                config.kvHeads(),
                config.vocabSize(),
                config.context(),
                config.tied() ? ", head tied to the table" : ""));
    Compute compute = adapted.model().compute();
    facts.put("computes", "%s on %s".formatted(TypeName.of(compute.dtype()), compute.device()));
    return new ModelSummary(facts);
  }

  String text() {
    return facts.entrySet().stream()
        .map(e -> "%-11s%s".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
