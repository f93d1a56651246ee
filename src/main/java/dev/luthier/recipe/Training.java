package dev.luthier.recipe;

import dev.luthier.peft.Full;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Progress;
import java.io.PrintWriter;

/** Carries out a recipe: one flow for each method. */
public final class Training {
  private Training() {}

  /** How a run begins. */
  public enum Start {
    /** In a directory of its own, which must hold no other run. */
    NEW,
    /** From the last checkpoint in the recipe's output directory. */
    RESUME
  }

  /**
   * Trains.
   *
   * @param out what people read: the doctor's report, evaluations, what to type next
   * @param progress hears every step; closed by the caller
   * @throws dev.luthier.error.UserError if the input is wrong; nothing is written then
   */
  public static void run(Recipe recipe, Start start, Progress progress, PrintWriter out) {
    if (recipe.method() instanceof Sft sft) {
      SftFlow.run(recipe, sft, start, progress, out);
    }
  }

  /** Prints the resolved recipe, the model's summary and the doctor's report; trains nothing. */
  public static void dryRun(Recipe recipe, PrintWriter out) {
    Compute compute = Compute.of(recipe.model().device());
    try (ModelFolder folder = ModelFolder.open(recipe.model().path())) {
      out.println(Recipes.print(recipe));
      Corpus corpus = corpus(recipe, folder);
      out.println(ModelSummary.of(folder, recipe.peft(), recipe.seed(), compute).text());
      out.println(corpus.report().render(Terminal.colours()));
      out.flush();
      corpus.report().healthy();
    }
  }

  /** Prints the doctor's report on the recipe's data; the model's weights are not read. */
  public static void checkData(Recipe recipe, PrintWriter out) {
    try (ModelFolder folder = ModelFolder.open(recipe.model().path())) {
      Corpus corpus = corpus(recipe, folder);
      out.println(corpus.report().render(Terminal.colours()));
      out.flush();
      corpus.report().healthy();
    }
  }

  private static Corpus corpus(Recipe recipe, ModelFolder folder) {
    return Corpus.read(recipe.data(), (Sft) recipe.method(), folder, recipe.seed());
  }

  /** The folder below the output that a run leaves its result in. */
  static String result(Recipe recipe) {
    return recipe.peft() instanceof Full ? "model" : "adapter";
  }
}
