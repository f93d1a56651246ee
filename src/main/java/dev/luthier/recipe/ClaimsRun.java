package dev.luthier.recipe;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One training of a comparison.
 *
 * @param name for people
 * @param recipe its output is the directory of the run
 */
record ClaimsRun(String name, Recipe recipe) {
  Path directory() {
    return Path.of(recipe.output());
  }

  Optional<RunResult> result() {
    return RunResult.read(directory());
  }
}
