package dev.luthier.cli;

import dev.luthier.recipe.TokenFolders;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier tokens add}. */
@Command(name = "tokens", description = "Works on a model's tokens.")
final class TokensCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(
      name = "add",
      description = "Writes a model with more tokens, in its tokenizer and in its weights.")
  void add(
      @Parameters(
              paramLabel = "MODEL",
              description = "The model's folder, or ORG/NAME[@REV] of the hub.")
          Path model,
      @Parameters(paramLabel = "OUT", description = "The new model's folder, new or empty.")
          Path into,
      @Parameters(paramLabel = "TOKEN", arity = "1..*", description = "The tokens.")
          List<String> tokens,
      @Option(names = "--special", description = "They are control tokens, such as <|tool|>.")
          boolean special) {
    TokenFolders.add(
        Screen.folder(model, spec.commandLine().getErr()),
        tokens,
        special,
        into,
        spec.commandLine().getOut());
  }
}
