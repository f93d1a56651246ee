package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where answers of an endpoint are kept: a file for each time that prompts are asked. */
final class KeptAnswers {
  private KeptAnswers() {}

  /**
   * @param draws what names the file
   * @param most files that are kept beside it, the last ones
   */
  static Journal open(Path folder, long draws, int most) {
    Path file = folder.resolve("%016x.jsonl".formatted(draws));
    try {
      if (Files.isDirectory(folder)) {
        List<Path> old;
        try (Stream<Path> all = Files.list(folder)) {
          old = all.filter(path -> !path.equals(file)).sorted(newestFirst()).skip(most).toList();
        }
        for (Path path : old) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot clear %s: %s".formatted(folder, UserError.reason(e)), e);
    }
    return Journal.open(file);
  }

  private static Comparator<Path> newestFirst() {
    return Comparator.comparingLong((Path path) -> path.toFile().lastModified()).reversed();
  }
}
