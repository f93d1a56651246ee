package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Estimate;
import dev.luthier.recipe.Memory;
import dev.luthier.recipe.Recipe;
import dev.luthier.recipe.StagesFlow;
import dev.luthier.recipe.Training;
import dev.luthier.recipe.Training.Start;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code luthier train}. */
@Command(
    name = "train",
    description = "Trains as a recipe says; one of stages, stage after stage.",
    customSynopsis =
        "luthier train RECIPE [--key.path=value ...] [--resume] [--dry-run] [--fit MEMORY] [--debug]",
    footer = {
      "",
      "--key.path=value replaces one value of the recipe, such as --optim.lr=1e-3;",
      "of a stage such as --stages.sft.optim.lr=1e-3. docs/recipes.md lists all keys.",
      "--resume needs the values the run began with."
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

  @Option(
      names = "--fit",
      paramLabel = "MEMORY",
      description = "Chooses the largest micro-batch that fits in so much memory, such as 24GB.")
  private Optional<String> fit = Optional.empty();

  @Override
  public void run() {
    if (arguments.isStages()) {
      stages();
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<Memory> limit = fit.map(text -> Memory.of("--fit", text));
    Recipe written = arguments.read(spec, overrides);
    Recipe recipe = limit.map(l -> fitted(written, l, out)).orElse(written);
    if (dryRun) {
      Training.dryRun(recipe, out);
      return;
    }
    try (Progress progress = Screen.progress(spec.commandLine().getErr())) {
      Training.run(recipe, resume ? Start.RESUME : Start.NEW, progress, out);
    }
  }

  private void stages() {
    if (fit.isPresent()) {
      throw new UserError(
          "--fit is for one training; ./luthier estimate %s --fit %s says what fits each stage"
              .formatted(arguments.path(), fit.get()));
    }
    PrintWriter err = spec.commandLine().getErr();
    StagesFlow flow =
        new StagesFlow(
            arguments.stages(spec, overrides),
            () -> Screen.progress(err),
            spec.commandLine().getOut());
    if (dryRun) {
      flow.dryRun();
    } else {
      flow.run(resume ? Start.RESUME : Start.NEW);
    }
  }

  /** A run that goes on keeps what was chosen when it began. */
  private Recipe fitted(Recipe written, Memory limit, PrintWriter out) {
    return resume
        ? Estimate.asBegun(written)
        : new Estimate(written, Optional.of(limit), out).fitted();
  }
}
