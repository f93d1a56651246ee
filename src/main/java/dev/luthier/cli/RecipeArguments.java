package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Recipe;
import dev.luthier.recipe.Recipes;
import dev.luthier.recipe.Stages;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** A recipe with values replaced: {@code RECIPE --key.path=value ...}. */
final class RecipeArguments {
  @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
  private Path recipe = Path.of("");

  /** What stands where a recipe is expected. */
  Path path() {
    return recipe;
  }

  /**
   * Reads the recipe, and fetches its model where it names one of the hub.
   *
   * @param overrides the arguments that the command itself does not know
   * @throws UserError if the recipe or an argument is wrong
   */
  Recipe read(CommandSpec command, List<String> overrides) {
    check(command, overrides);
    if (isStages()) {
      throw new UserError(
          "%s is a recipe of stages, and this command takes one training; ./luthier train %s --dry-run shows all"
              .formatted(recipe, recipe));
    }
    Recipe read = Recipes.read(recipe, overrides);
    Screen.folder(read.model().path(), command.commandLine().getErr());
    return read;
  }

  /** Whether it is a recipe of stages. */
  boolean isStages() {
    return Stages.isOne(recipe);
  }

  /** The same as {@link #read} for a recipe of stages. */
  Stages stages(CommandSpec command, List<String> overrides) {
    check(command, overrides);
    Stages read = Stages.read(recipe, overrides);
    read.models().forEach(model -> Screen.folder(model, command.commandLine().getErr()));
    return read;
  }

  static void check(CommandSpec command, List<String> overrides) {
    for (String argument : overrides) {
      boolean override = argument.startsWith("--") && argument.contains("=");
      if (!override && argument.startsWith("--") && argument.contains(".")) {
        throw new UserError(
            "%s: write the value behind an =, %s=VALUE".formatted(argument, argument));
      }
      if (!override) {
        throw new UserError(Failures.unknown(command, argument));
      }
    }
  }
}
