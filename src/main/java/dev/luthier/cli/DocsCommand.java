package dev.luthier.cli;

import dev.luthier.advise.AdvicePage;
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
    description =
        "Writes docs/recipes.md and docs/advise.md from the code, for those who change Luthier.")
final class DocsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    write("recipes.md", RecipeDocs.markdown());
    write("advise.md", AdvicePage.markdown());
  }

  private void write(String name, String text) {
    Path page = Path.of(System.getProperty("luthier.home", "."), "docs", name);
    try {
      Files.createDirectories(page.getParent());
      Files.writeString(page, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    spec.commandLine().getOut().println("wrote " + page);
  }
}
