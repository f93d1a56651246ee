package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where rollouts wait while several steps learn from each, so that a run that was broken off amid
 * them goes on with the same answers. A rollout stays as long as there is a checkpoint that was
 * written amid it, since a run that is killed goes on from there however many rollouts came after.
 *
 * @param run the run's directory
 */
record WaitingRollouts(Path run) {
  private static final String SUFFIX = ".safetensors";

  /**
   * A rollout that waits; its file is called INDEX-STEP.
   *
   * @param after the step of the newest checkpoint when it was written; 0 where there was none
   */
  private record Waiting(long index, long after, Path file) {
    static Waiting of(Path file) {
      String name = file.getFileName().toString();
      String[] numbers = name.substring(0, name.length() - SUFFIX.length()).split("-", -1);
      return new Waiting(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), file);
    }
  }

  private Path folder() {
    return run.resolve("rollouts");
  }

  void write(Rollout rollout) {
    try {
      Files.createDirectories(folder());
      long after = Checkpoints.steps(run).stream().findFirst().orElse(0L);
      Path file = folder().resolve("%06d-%06d%s".formatted(rollout.index(), after, SUFFIX));
      new RolloutFile(file).write(rollout);
      for (Waiting other : all()) {
        boolean again = other.index() >= rollout.index(); // of a run that was broken off
        if (!other.file().equals(file) && (again || !needed(other))) {
          Files.delete(other.file());
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(folder(), UserError.reason(e)), e);
    }
  }

  /** Whether a checkpoint was written between this rollout and the one after it. */
  private boolean needed(Waiting one) throws IOException {
    Optional<Waiting> next = all().stream().filter(o -> o.index() == one.index() + 1).findFirst();
    return next.isEmpty()
        || Checkpoints.steps(run).stream()
            .anyMatch(step -> one.after() < step && step <= next.get().after());
  }

  /**
   * The rollout that a run goes on with.
   *
   * @throws UserError if it is not there
   */
  Rollout read(long index, RolloutSpec spec) {
    try {
      for (Waiting one : all()) {
        if (one.index() == index) {
          return new RolloutFile(one.file()).read(spec);
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(folder(), UserError.reason(e)), e);
    }
    throw new UserError(
        "%s does not hold the answers of rollout %d, amid which the last checkpoint was written; remove that checkpoint's folder to go on from the one before, or begin anew"
            .formatted(folder(), index + 1));
  }

  /** In their order. */
  private List<Waiting> all() throws IOException {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\d+-\\d+" + SUFFIX))
          .map(Waiting::of)
          .sorted(Comparator.comparingLong(Waiting::index))
          .toList();
    }
  }
}
