package dev.luthier.cli;

import dev.luthier.recipe.Training;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code luthier data check}. */
@Command(
    name = "data",
    description = "Looks at training data.",
    subcommands = DataCommand.Check.class)
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(
      name = "check",
      customSynopsis = {
        "luthier data check RECIPE [--key.path=value ...] [--debug]",
        "luthier data check FILE --model MODEL [--eval FILE] [--form FORM] [--columns NAME=COLUMN] [--max-length N]"
      },
      description = {
        "Shows what a recipe's data would teach, without training.",
        "Or what files of judged answers hold, as a model's tokenizer reads them."
      })
  static final class Check implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private RecipeArguments arguments = new RecipeArguments();
    @Mixin private FileArguments file = new FileArguments();
    @Unmatched private List<String> overrides = new ArrayList<>();

    @Override
    public void run() {
      if (!FileArguments.isRecipe(arguments.path())) {
        file.check(arguments.path(), spec, overrides).print(spec.commandLine().getOut());
        return;
      }
      overrides.addAll(file.overrides());
      Training.checkData(arguments.read(spec, overrides), spec.commandLine().getOut());
    }
  }
}
