package dev.luthier.recipe;

import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Scout;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.train.Optimizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A model and what of it trains, for people; names and values in the order to be shown. */
record ModelSummary(Map<String, String> facts) {
  private static final int ENDLESS = 1 << 20; // what ModelConfig gives for families without a limit

  /** Loads the model to count, and closes it. */
  static <M extends Model> ModelSummary of(
      Recipe recipe, Lesson<?, ?, M> lesson, ModelFolder folder) {
    try (M model = lesson.load(recipe.model().compute());
        Adapted<M> adapted =
            NewHeads.attach(
                model,
                recipe.peft().scout().map(Scout::likeness).orElse(recipe.peft()),
                folder.beginning(recipe.seed()))) {
      return of(folder, adapted, recipe.optim().optimizer());
    }
  }

  static ModelSummary of(ModelFolder folder, Adapted<?> adapted, Optimizer optimizer) {
    ModelConfig config = folder.config();
    long all = adapted.model().parameters().stream().mapToLong(Parameter::count).sum();
    long trained = adapted.trainableCount();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", folder.path() + " (" + config.modelType() + ")");
    facts.put("parameters", "%,d".formatted(all));
    facts.put("trainable", "%,d (%.3f %%)".formatted(trained, 100.0 * trained / all));
    List<String> notes = adapted.model().frame().notes();
    if (!notes.isEmpty()) {
      facts.put("head", String.join("; ", notes));
    }
    facts.put(
        "shape",
        "%d layers, width %d, %d heads, %d key-value heads, vocabulary %d, %s%s"
            .formatted(
                config.layers(),
                config.hiddenSize(),
                config.heads(),
                config.kvHeads(),
                config.vocabSize(),
                context(config),
                adapted.model().frame().tied() ? ", head tied to the table" : ""));
    Compute compute = adapted.model().compute();
    facts.put("computes", "%s on %s".formatted(TypeName.of(compute.dtype()), compute.device()));
    List<long[]> shapes = adapted.trainable().stream().map(p -> Ops.shape(p.value())).toList();
    facts.put(
        "optimizer",
        "%s, %s of state".formatted(Schema.name(optimizer), bytes(optimizer.stateBytes(shapes))));

    facts.put("weights", "%,d bytes in memory".formatted(adapted.model().bytes()));
    return new ModelSummary(facts);
  }

  private static String bytes(long bytes) {
    return bytes < 1e6 ? "%,d bytes".formatted(bytes) : "%,.1f MB".formatted(bytes / 1e6);
  }

  private static String context(ModelConfig config) {
    return config.context() >= ENDLESS ? "any length" : "context " + config.context();
  }

  String text() {
    return facts.entrySet().stream()
        .map(e -> "%-11s%s".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
