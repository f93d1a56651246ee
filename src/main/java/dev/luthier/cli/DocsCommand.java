package dev.luthier.cli;

import dev.luthier.recipe.RecipeDocs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code luthier docs}, for those who work on Luthier itself. */
@Command(
    name = "docs",
    description = "Writes docs/recipes.md from the code, for those who change Luthier.")
final class DocsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    Path page = Path.of(System.getProperty("luthier.home", "."), "docs", "recipes.md");
    try {
      Files.createDirectories(page.getParent());
      Files.writeString(page, RecipeDocs.markdown());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    spec.commandLine().getOut().println("wrote " + page);
  }
}
