package dev.luthier.cli;

import dev.luthier.recipe.Recipe;
import dev.luthier.recipe.Training;
import dev.luthier.recipe.Training.Start;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code luthier train}. */
@Command(
    name = "train",
    description = "Trains as a recipe says.",
    customSynopsis = "luthier train RECIPE [--key.path=value ...] [--resume] [--dry-run] [--debug]",
    footer = {
      "",
      "--key.path=value replaces one value of the recipe, such as --optim.lr=1e-3;",
      "docs/recipes.md lists all keys. --resume needs the values the run began with."
    })
final class TrainCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private RecipeArguments arguments = new RecipeArguments();
  @Unmatched private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--resume",
      description = "Goes on from the last checkpoint of the run in the recipe's output.")
  private boolean resume;

  @Option(
      names = "--dry-run",
      description = "Shows the whole recipe, the model and the data; trains nothing.")
  private boolean dryRun;

  @Override
  public void run() {
    Recipe recipe = arguments.read(spec, overrides);
    PrintWriter out = spec.commandLine().getOut();
    if (dryRun) {
      Training.dryRun(recipe, out);
      return;
    }
    try (Progress progress = Screen.progress(spec.commandLine().getErr())) {
      Training.run(recipe, resume ? Start.RESUME : Start.NEW, progress, out);
    }
  }
}
