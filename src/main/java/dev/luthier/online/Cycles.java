package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The cycles of a home, ended or not. Server and cycle may use it at once. */
public final class Cycles {
  static final String RECIPE = "recipe.yaml";
  private static final String STATE = "cycle.json";
  private static final String FOLDER = "cycles";
  private static final String ASKED = ".asked.json";
  private static final String LOCK = ".cycle.lock";

  private final Path home;

  public Cycles(Path home) {
    this.home = home;
  }

  /** Whoever asks for a cycle by hand. */
  private record ByHand(String by, Instant at) {}

  /** All cycles, the oldest first. */
  public List<CycleState> list() {
    Path folder = home.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(p -> p.getFileName().toString().matches("c\\d{4,9}"))
          .sorted(Comparator.comparingInt(p -> number(p.getFileName().toString())))
          .map(p -> HomeJson.read(p.resolve(STATE), CycleState.class))
          .toList();
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(folder, UserError.reason(e)), e);
    }
  }

  /** The folder of a cycle. */
  public Path folder(CycleState cycle) {
    return home.resolve(FOLDER).resolve(cycle.name());
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(1));
  }

  /** The cycle that goes on, if there is one. */
  public Optional<CycleState> open() {
    return list().stream().filter(c -> !c.hasEnded()).findFirst();
  }

  /**
   * Asks for a cycle; the process of the cycle begins one as soon as it can.
   *
   * @param who asked
   */
  public void ask(String who) {
    HomeJson.write(home.resolve(FOLDER).resolve(ASKED), new ByHand(who, Instant.now()));
  }

  /** Who asked for a cycle that has not begun. */
  Optional<String> asked() {
    Path file = home.resolve(FOLDER).resolve(ASKED);
    return Files.exists(file)
        ? Optional.of(HomeJson.read(file, ByHand.class).by())
        : Optional.empty();
  }

  /** Begins one; the wish for one, if there was any, is fulfilled. */
  CycleState begin(CycleRecipe.Told told, String trigger, String parent, Instant at) {
    int next = list().stream().mapToInt(c -> number(c.name())).max().orElse(0) + 1;
    CycleState state =
        CycleState.begun(
            "c%04d".formatted(next),
            at.truncatedTo(ChronoUnit.MILLIS),
            trigger,
            parent,
            told.file().toString());
    AtomicDirectory.write(
        folder(state),
        dir -> {
          AtomicFile.write(dir.resolve(RECIPE), told.text().getBytes(StandardCharsets.UTF_8));
          HomeJson.write(dir.resolve(STATE), state);
        });
    try {
      Files.deleteIfExists(home.resolve(FOLDER).resolve(ASKED));
    } catch (IOException e) {
      throw new UserError("cannot remove %s: %s".formatted(ASKED, UserError.reason(e)), e);
    }
    return state;
  }

  /** The recipe that a cycle began with. */
  CycleRecipe.Told recipe(CycleState cycle) {
    Path kept = folder(cycle).resolve(RECIPE);
    try {
      return CycleRecipe.Told.kept(Files.readString(kept), Path.of(cycle.place()));
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(kept, UserError.reason(e)), e);
    }
  }

  CycleState write(CycleState state) {
    HomeJson.write(folder(state).resolve(STATE), state);
    return state;
  }

  /**
   * Keeps other processes from working at a cycle of this home; closed by the caller.
   *
   * @throws UserError if one is at work
   */
  HomeLock lock() {
    return HomeLock.now(home.resolve(LOCK))
        .orElseThrow(
            () ->
                new UserError(
                    "another process is at work on a cycle of %s; wait for it, or stop it first"
                        .formatted(home)));
  }

  /** The adapter of the reward model of the last cycle whose version answered. */
  Optional<Path> lastReward(Deployed now) {
    return list().stream()
        .filter(
            cycle ->
                now.history().stream()
                    .anyMatch(
                        e ->
                            e.what() == Deployed.What.PROMOTED
                                && e.version().equals(cycle.version())))
        .map(
            cycle ->
                folder(cycle)
                    .resolve(TrainPlan.FOLDER)
                    .resolve(TrainPlan.REWARD)
                    .resolve(Versions.ADAPTER))
        .filter(Files::isDirectory)
        .reduce((first, last) -> last);
  }

  /** Removes what trainings of ended cycles left beside results: checkpoints, caches. */
  void tidy(CycleState cycle) {
    Path work = folder(cycle).resolve(TrainPlan.FOLDER);
    for (String stage : List.of(TrainPlan.REWARD, TrainPlan.POLICY)) {
      Path checkpoints = work.resolve(stage).resolve("checkpoints");
      if (Files.isDirectory(checkpoints)) {
        AtomicDirectory.remove(checkpoints);
      }
    }
  }
}
