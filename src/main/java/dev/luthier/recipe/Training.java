package dev.luthier.recipe;

import dev.luthier.data.Samples;
import dev.luthier.data.TrainingRow;
import dev.luthier.io.RunDirectory;
import dev.luthier.model.Model;
import dev.luthier.peft.Full;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Carries out a recipe. */
public final class Training {
  private Training() {}

  /** How a run begins. */
  public enum Start {
    /** In a directory of its own, which must hold no other run. */
    NEW,
    /** From the last checkpoint in the recipe's output directory. */
    RESUME;

    /** Whether the run's directory is as it has to be; nothing is written yet. */
    void check(Recipe recipe) {
      if (this == RESUME) {
        RunDirectory.checkSame(Path.of(recipe.output()), Recipes.print(recipe));
      } else {
        RunDirectory.checkNew(Path.of(recipe.output()));
      }
    }

    /** The run's directory, which the caller closes. */
    RunDirectory open(Recipe recipe) {
      Path path = Path.of(recipe.output());
      String text = Recipes.print(recipe);
      return this == RESUME ? RunDirectory.resume(path, text) : RunDirectory.create(path, text);
    }
  }

  /**
   * Trains.
   *
   * @param out what people read: the doctor's report, evaluations, what to type next
   * @param progress hears every step; closed by the caller
   * @throws dev.luthier.error.UserError if the input is wrong; nothing is written then
   */
  public static void run(Recipe recipe, Start start, Progress progress, PrintWriter out) {
    new SftFlow(recipe, start, progress, out).run();
  }

  /** Prints the resolved recipe, the model's summary and the doctor's report; trains nothing. */
  public static void dryRun(Recipe recipe, PrintWriter out) {
    examine(
        recipe,
        out,
        (resolved, lesson, folder) -> {
          out.println(Recipes.print(resolved));
          out.println(ModelSummary.of(resolved, lesson, folder).text());
        });
  }

  /** Prints the doctor's report on the recipe's data; the model's weights are not read. */
  public static void checkData(Recipe recipe, PrintWriter out) {
    examine(recipe, out, (resolved, lesson, folder) -> {});
  }

  /** What is done with a planner. */
  interface Planned {
    <R extends TrainingRow, B, M extends Model> void with(Planner<R, B, M> planner);
  }

  /** Reads the data, and plans the memory of a run; weights are not read. */
  static void planned(Recipe written, Planned then) {
    try (ModelFolder folder = ModelFolder.open(written.model().path())) {
      Recipe recipe = written.forModel(folder.config());
      Samples.Split samples = Corpus.read(recipe);
      try (Lesson<?, ?, ?> lesson = recipe.method().lesson(folder, samples, recipe.seed())) {
        LessonEvaluation.check(lesson, recipe);
        plan(recipe, folder, samples, lesson, then);
      }
    }
  }

  private static <R extends TrainingRow, B, M extends Model> void plan(
      Recipe recipe,
      ModelFolder folder,
      Samples.Split samples,
      Lesson<R, B, M> lesson,
      Planned then) {
    Corpus<R> corpus = Corpus.examined(samples, lesson, recipe, folder);
    corpus.report().healthy();
    try (Planner<R, B, M> planner = Planner.of(recipe, lesson, folder, corpus)) {
      then.with(planner);
    }
  }

  /** What is shown before the doctor's report. */
  interface Before {
    void show(Recipe resolved, Lesson<?, ?, ? extends Model> lesson, ModelFolder folder);
  }

  /** Reads the data and examines it; no weights are read but by {@code before}. */
  static void examine(Recipe written, PrintWriter out, Before before) {
    try (ModelFolder folder = ModelFolder.open(written.model().path())) {
      Recipe recipe = written.forModel(folder.config());
      Samples.Split samples = Corpus.read(recipe);
      try (Lesson<?, ?, ?> lesson = recipe.method().lesson(folder, samples, recipe.seed())) {
        LessonEvaluation.check(lesson, recipe);
        Corpus<? extends TrainingRow> corpus = Corpus.examined(samples, lesson, recipe, folder);
        before.show(recipe, lesson, folder);
        corpus.tell(out);
      }
    }
  }

  /** The folder below the output that a run leaves its result in. */
  static String result(Recipe recipe) {
    return recipe.peft() instanceof Full ? "model" : "adapter";
  }
}
