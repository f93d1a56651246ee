package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a stage that was begun: {@code .stages/NAME.json} in the directory of all. It
 * holds as long as the stage's own directory is there, so whoever removes that runs the stage
 * again.
 *
 * @param recipe what it was told
 * @param inputs the ids of the stages that it takes from
 * @param done whether it has ended
 * @param seconds that it took, in processes that were not killed
 */
record StageRecord(String recipe, Map<String, String> inputs, boolean done, double seconds) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static StageRecord begun(Staged stage) {
    return new StageRecord(stage.stage().text(), stage.inputs(), false, 0);
  }

  private static Path file(Staged stage) {
    return stage.dir().resolveSibling(".stages").resolve(stage.name() + ".json");
  }

  /** That of a stage; empty where it was never begun, or its directory was removed. */
  static Optional<StageRecord> of(Staged stage) {
    Path file = file(stage);
    try {
      return Files.exists(file) && Files.exists(stage.dir())
          ? Optional.of(JSON.readValue(file.toFile(), StageRecord.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
  }

  void write(Staged stage) {
    Path file = file(stage);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UserError("cannot make %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  /** The same after some more time. */
  StageRecord after(double more, boolean ended) {
    return new StageRecord(recipe, inputs, ended, seconds + more);
  }

  /**
   * Refuses to go on with a stage that was begun otherwise.
   *
   * @param later directories of stages that were made from it
   */
  void check(Staged stage, List<Path> later) {
    String remove =
        later.isEmpty()
            ? "remove %s to run it again".formatted(stage.dir())
            : "remove %s to run it again, and what was made from it: %s"
                .formatted(
                    stage.dir(), String.join(", ", later.stream().map(Path::toString).toList()));
    String state = done ? "has ended" : "was begun";
    difference(recipe.lines().toList(), stage.stage().text().lines().toList())
        .ifPresent(
            lines -> {
              throw new UserError(
                  "stage %s %s with another recipe: %s; restore it, or %s"
                      .formatted(stage.name(), state, lines, remove));
            });
    if (!inputs.equals(stage.inputs())) {
      List<String> changed =
          stage.inputs().entrySet().stream()
              .filter(e -> !e.getValue().equals(inputs.get(e.getKey())))
              .map(Map.Entry::getKey)
              .toList();
      throw new UserError(
          "stage %s %s on another %s than the recipe now makes; restore that stage, or %s"
              .formatted(stage.name(), state, String.join(" and ", changed), remove));
    }
  }

  private static Optional<String> difference(List<String> before, List<String> now) {
    for (int i = 0; i < Math.max(before.size(), now.size()); i++) {
      String a = i < before.size() ? before.get(i).strip() : "(nothing)";
      String b = i < now.size() ? now.get(i).strip() : "(nothing)";
      if (!a.equals(b)) {
        return Optional.of("it was \"%s\" and is now \"%s\"".formatted(a, b));
      }
    }
    return Optional.empty();
  }
}
