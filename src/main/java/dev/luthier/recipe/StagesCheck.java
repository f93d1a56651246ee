package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import dev.luthier.peft.Scout;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Looks at all stages before the first one runs. What an earlier stage will leave is not there yet;
 * a model that it will leave has the shape and the tokenizer of the one that it works on, so that
 * one is looked at in its place.
 */
record StagesCheck(Stages stages, PrintWriter out) {
  /** One that says nothing where all is well. */
  static StagesCheck silent(Stages stages) {
    return new StagesCheck(stages, new PrintWriter(Writer.nullWriter()));
  }

  /** Looks whether all files are there that no stage makes. */
  void paths() {
    for (Staged staged : stages.all()) {
      Record told =
          staged.stage() instanceof TrainStage train ? train.recipe() : (Record) staged.stage();
      inStage(staged, () -> paths(told));
    }
    stages
        .heldOut()
        .ifPresent(
            report -> {
              try {
                paths(report);
              } catch (UserError e) {
                throw new UserError("report." + e.getMessage(), e);
              }
            });
  }

  private void paths(Record told) {
    NamedPath.in(told).stream()
        .filter(p -> stages.maker(p.path()).isEmpty())
        .forEach(NamedPath::check);
  }

  private static void inStage(Staged staged, Runnable work) {
    try {
      work.run();
    } catch (UserError e) {
      throw new UserError("stage %s: %s".formatted(staged.name(), e.getMessage()), e);
    }
  }

  /** Shows every stage: its recipe, model and data. */
  void dryRun() {
    paths();
    for (Staged staged : stages.all()) {
      out.println(StagesFlow.title(stages, staged));
      inStage(staged, () -> examine(staged, true));
      missing(staged)
          .forEach(
              path ->
                  out.println(
                      "not checked yet: %s, which stage %s will leave"
                          .formatted(path, stages.maker(path).orElseThrow().name())));
      out.println();
      out.flush();
    }
    inReport();
  }

  private void inReport() {
    report(
        count ->
            out.printf(
                "report: %d held-out prompts after each stage that leaves a model that writes%n",
                count));
    out.flush();
  }

  /** Looks at the held-out rows, if they are there. */
  private void report(IntConsumer count) {
    if (stages.heldOut().isPresent()
        && stages.maker(stages.heldOut().get().data().path()).isEmpty()) {
      try {
        count.accept(stages.heldOut().get().questions(out).size());
      } catch (UserError e) {
        throw new UserError("report: " + e.getMessage(), e);
      }
    }
  }

  /** Looks at all stages that were not begun, and at the report. */
  void data() {
    for (Staged staged : stages.all()) {
      if (StageRecord.of(staged).isEmpty()) {
        inStage(staged, () -> examine(staged, false));
      }
    }
    report(count -> {});
  }

  private List<Path> missing(Staged staged) {
    Record told =
        staged.stage() instanceof TrainStage train ? train.recipe() : (Record) staged.stage();
    return NamedPath.in(told).stream()
        .map(NamedPath::path)
        .filter(p -> stages.maker(p).isPresent() && !Files.exists(p))
        .distinct()
        .toList();
  }

  private void examine(Staged staged, boolean shown) {
    if (staged.stage() instanceof TrainStage train) {
      training(staged, train.recipe(), shown);
      return;
    }
    if (shown) {
      out.print(staged.stage().text());
    }
    if (staged.stage() instanceof AnswersStage answers && Files.exists(answers.data().path())) {
      out.printf(
          "%d prompts, %d answers each%n", answers.questions(out).size(), answers.draw().samples());
    }
  }

  private void training(Staged staged, Recipe written, boolean shown) {
    if (awaitsData(staged, written)) {
      if (shown) {
        out.println(Recipes.print(written));
      }
      return;
    }
    Training.examine(
        standIn(written),
        out,
        (resolved, lesson, folder) -> {
          if (shown) {
            out.println(Recipes.print(resolved.with(written.model()).with(written.method())));
          }
          if (staged.wanted().contains(TrainStage.MERGED) && !(resolved.peft() instanceof Full)) {
            merges(resolved, lesson, folder);
          }
        });
  }

  /** Whether its data is what an earlier stage has still to leave. */
  boolean awaitsData(Staged staged, Recipe recipe) {
    List<Path> own = NamedPath.in(recipe.data()).stream().map(NamedPath::path).toList();
    return missing(staged).stream().anyMatch(own::contains);
  }

  /** The recipe on models that are there. */
  Recipe standIn(Recipe recipe) {
    return recipe
        .with(recipe.model().at(there(recipe.model().path())))
        .with(recipe.method().reading(this::there));
  }

  private Path there(Path model) {
    return stages.maker(model).isPresent() && !Files.exists(model) ? stages.likeness(model) : model;
  }

  private static <M extends Model> void merges(
      Recipe recipe, Lesson<?, ?, M> lesson, ModelFolder folder) {
    try (M model = lesson.load(recipe.model().compute().withoutWeights());
        Adapted<M> adapted =
            NewHeads.attach(
                model,
                recipe.peft().scout().map(Scout::likeness).orElse(recipe.peft()),
                folder.beginning(recipe.seed()))) {
      if (!adapted.merges()) {
        throw new UserError(
            "a later stage takes ${%s}, but %s adds something that weights cannot hold; give that stage the adapter, or choose another peft"
                .formatted(TrainStage.MERGED, Schema.name(recipe.peft())));
      }
    }
  }
}
