package dev.luthier.recipe;

import dev.luthier.io.RunDirectory;
import dev.luthier.peft.Full;
import dev.luthier.train.Metrics;
import dev.luthier.train.MetricsFile;
import dev.luthier.train.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A stage that is a training: a recipe like any other, whose output is the stage's directory. */
record TrainStage(Recipe recipe) implements Stage {
  /** The artefact that is made where a later stage names it. */
  static final String MERGED = "merged";

  @Override
  public String what() {
    return Schema.name(recipe.method());
  }

  @Override
  public String text() {
    return Recipes.print(recipe);
  }

  private boolean whole() {
    return recipe.peft() instanceof Full;
  }

  @Override
  public Map<String, Path> artefacts(Path dir) {
    Map<String, Path> out = new LinkedHashMap<>();
    out.put(Training.result(recipe), dir.resolve(Training.result(recipe)));
    out.put(MERGED, whole() ? dir.resolve("model") : dir.resolve(MERGED));
    out.put("metrics", dir.resolve("metrics.jsonl"));
    out.put("answers", dir.resolve("answers.jsonl"));
    return out;
  }

  @Override
  public Writer.Voice start(String device) {
    ModelSpec model = recipe.model();
    return new Writer.Voice(
        model.path(), recipe.adapter(), Optional.empty(), device, model.quantize());
  }

  @Override
  public Optional<Writer.Voice> voice(Path dir, String device) {
    if (!recipe.method().writes() || recipe.peft().tasks() > 1) {
      return Optional.empty();
    }
    Path result = dir.resolve(Training.result(recipe));
    return Optional.of(
        whole()
            ? new Writer.Voice(result, Optional.empty(), Optional.empty(), device)
            : new Writer.Voice(
                recipe.model().path(),
                Optional.of(result),
                Optional.empty(),
                device,
                recipe.model().quantize()));
  }

  @Override
  public boolean carryOut(Run run) {
    if (RunResult.read(run.dir()).isEmpty()) {
      Training.Start start =
          RunDirectory.isOne(run.dir()) ? Training.Start.RESUME : Training.Start.NEW;
      try (Progress progress = run.progress().get()) {
        Training.run(recipe, start, progress, run.out());
      }
      if (RunResult.read(run.dir()).isEmpty()) {
        return false;
      }
    }
    Path merged = run.dir().resolve(MERGED);
    if (run.wanted().contains(MERGED) && !whole() && !Files.exists(merged)) {
      MergedFolder.write(
          recipe.model().path(),
          run.dir().resolve("adapter"),
          merged,
          recipe.model().quantize(),
          run.out());
    }
    return true;
  }

  @Override
  public Map<String, Change> measured(Path dir) {
    Map<String, Change> out = new LinkedHashMap<>();
    RunResult.read(dir)
        .ifPresent(
            result ->
                result
                    .after()
                    .forEach(
                        (name, value) ->
                            out.put(
                                name,
                                new Change(
                                    result.before().getOrDefault(name, Double.NaN), value))));
    return out;
  }

  /** The seconds that all its steps took, over all processes that made them. */
  static double stepSeconds(Path dir) {
    Path metrics = dir.resolve("metrics.jsonl");
    return !Files.exists(metrics)
        ? 0
        : MetricsFile.read(metrics).stream()
            .mapToDouble(line -> line.values().getOrDefault(Metrics.CLOCK + "seconds", 0.0))
            .sum();
  }
}
