package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** rank_classify.yaml beside a result: how it is asked and ranked, the keys of the method. */
final class RankFile {
  static final String NAME = "rank_classify.yaml";

  private RankFile() {}

  static void write(RankClassify method, Path dir) {
    AtomicFile.write(dir.resolve(NAME), Recipes.print(method).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * That of a folder, if it has one.
   *
   * @throws UserError if it is broken
   */
  static Optional<RankClassify> read(Path dir) {
    Path file = dir.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Recipes.parse(
              Files.readString(file), file.toString(), List.of(), p -> p, RankClassify.class));
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
  }

  /** Takes it along where an adapter becomes part of a model. */
  static void copy(Path from, Path into) {
    try {
      if (Files.exists(from.resolve(NAME))) {
        Files.copy(from.resolve(NAME), into.resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UserError("cannot copy %s: %s".formatted(NAME, UserError.reason(e)), e);
    }
  }
}
