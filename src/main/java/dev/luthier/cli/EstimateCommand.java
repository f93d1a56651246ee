package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Estimate;
import dev.luthier.recipe.Memory;
import dev.luthier.recipe.StagesFlow;
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

/** {@code luthier estimate}. */
@Command(
    name = "estimate",
    description = "Says what memory a training will take, without reading the model's weights.",
    customSynopsis =
        "luthier estimate RECIPE [--key.path=value ...] [--fit MEMORY] [--json] [--debug]",
    footer = {"", "docs/memory.md tells what is counted, and how."})
final class EstimateCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private RecipeArguments arguments = new RecipeArguments();
  @Unmatched private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--fit",
      paramLabel = "MEMORY",
      description = "Chooses the largest micro-batch that fits, such as 24GB, and says how.")
  private Optional<String> fit = Optional.empty();

  @Option(names = "--json", description = "Prints the bytes as JSON, for programs.")
  private boolean json;

  @Override
  public void run() {
    Optional<Memory> limit = fit.map(text -> Memory.of("--fit", text));
    PrintWriter out = spec.commandLine().getOut();
    if (arguments.isStages()) {
      if (json) {
        throw new UserError("--json is for one training; leave it out for a recipe of stages");
      }
      new StagesFlow(arguments.stages(spec, overrides), () -> Progress.SILENT, out).estimate(limit);
      return;
    }
    new Estimate(arguments.read(spec, overrides), limit, out).run(json);
  }
}
