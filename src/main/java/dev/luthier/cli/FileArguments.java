package dev.luthier.cli;

import dev.luthier.data.Form;
import dev.luthier.error.UserError;
import dev.luthier.recipe.PreferenceCheck;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Files of judged answers that are looked at without a recipe. */
final class FileArguments {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "For a file: whose tokenizer and chat template make tokens of it.")
  private @Nullable String model;

  @Option(
      names = "--eval",
      paramLabel = "FILE",
      description = "For a file: the rows that are measured on.")
  private @Nullable String eval;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description = "For a file: what its rows look like; unset: told from the columns.")
  private @Nullable String form;

  @Option(
      names = "--columns",
      paramLabel = "NAME=COLUMN",
      split = ",",
      description = "For a file: columns under other names.")
  private Map<String, String> columns = new LinkedHashMap<>();

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "For a file: the most tokens of a prompt with an answer.")
  private @Nullable Integer maxLength;

  static boolean isRecipe(Path path) {
    return path.toString().endsWith(".yaml") || path.toString().endsWith(".yml");
  }

  /** What was meant for a recipe. */
  List<String> overrides() {
    if (eval != null || form != null || maxLength != null || !columns.isEmpty()) {
      throw new UserError(
          "--eval, --form, --columns and --max-length are for a data file; of a recipe, write --data.eval=FILE and so on");
    }
    return model == null ? List.of() : List.of("--model=" + model);
  }

  /**
   * @param unknown arguments that no one knows
   * @throws UserError if an argument is wrong or the model is not named
   */
  PreferenceCheck check(Path file, CommandSpec command, List<String> unknown) {
    if (!unknown.isEmpty()) {
      throw new UserError(Failures.unknown(command, unknown.get(0)));
    }
    if (model == null) {
      throw new UserError(
          "%s is no recipe (.yaml); to look at a data file, say whose tokenizer reads it: --model MODEL"
              .formatted(file));
    }
    Path folder = Screen.folder(Path.of(model), command.commandLine().getErr());
    return new PreferenceCheck(
        file.toString(),
        Optional.ofNullable(eval),
        folder,
        Optional.ofNullable(form).map(Form::of),
        columns,
        Optional.ofNullable(maxLength));
  }
}
