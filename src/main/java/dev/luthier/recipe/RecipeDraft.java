package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A recipe that a program wrote: it is read as any other before anybody gets it. */
public final class RecipeDraft {
  private RecipeDraft() {}

  /**
   * Binds it.
   *
   * @throws UserError if it is no recipe
   */
  public static void check(String text) {
    try {
      Path file = Files.createTempFile("luthier-draft", ".yaml");
      try {
        Files.writeString(file, text);
        if (Stages.isOne(file)) {
          Stages.read(file, List.of());
        } else {
          Recipes.read(file, List.of());
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws UserError if there is such a file
   */
  public static void checkNew(Path file) {
    if (Files.exists(file)) {
      throw new UserError("%s is there already; name another file".formatted(file));
    }
  }

  /** Writes it to a file that is not there yet. */
  public static void write(String text, Path file) {
    checkNew(file);
    check(text);
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
