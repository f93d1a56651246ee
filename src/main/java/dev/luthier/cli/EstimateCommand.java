package dev.luthier.cli;

import dev.luthier.recipe.Estimate;
import dev.luthier.recipe.Memory;
import dev.luthier.recipe.Recipe;
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
    Recipe recipe = arguments.read(spec, overrides);
    new Estimate(recipe, fit.map(text -> Memory.of("--fit", text)), spec.commandLine().getOut())
        .run(json);
  }
}
