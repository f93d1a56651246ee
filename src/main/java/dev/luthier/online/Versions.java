package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The versions of a home, and which of them answers. Server, cycle and command line may use it at
 * once: changes are made under a lock, and whoever reads sees the old state or the new one.
 */
public final class Versions {
  static final String ADAPTER = "adapter";
  private static final String LOCK = ".versions.lock";

  private final Path home;
  private final VersionFolders folders;
  private final Clock clock;

  public Versions(Path home) {
    this(home, Clock.systemUTC());
  }

  Versions(Path home, Clock clock) {
    this.home = home;
    this.folders = new VersionFolders(home);
    this.clock = clock;
  }

  /** The file that changes where another version is to answer. */
  public Path deployedFile() {
    return home.resolve(DeployedFile.NAME);
  }

  /**
   * All versions, the oldest one first, v0000 among them; those that the gate refused too.
   *
   * @throws UserError if a {@code version.json} was changed
   */
  public List<Version> list() {
    List<Version> out = new ArrayList<>(List.of(Version.first(folders.of(VersionName.FIRST))));
    folders.names().forEach(name -> out.add(get(name)));
    return out;
  }

  /**
   * One version, whose adapter is not looked at; {@link #whole} does.
   *
   * @throws UserError if there is none of that name
   */
  public Version get(String name) {
    Path folder = folders.of(name);
    if (name.equals(VersionName.FIRST)) {
      return Version.first(folder);
    }
    return folders.file(name).version(folder);
  }

  /**
   * The same, with all its files read and compared with what was made.
   *
   * @throws UserError if there is none of that name, or one of its files was changed
   */
  public Version whole(String name) {
    if (!name.equals(VersionName.FIRST)) {
      folders.file(name).check(folders.of(name));
    }
    return get(name);
  }

  /** Which versions answer. */
  public Deployed deployed() {
    return DeployedFile.read(home);
  }

  /**
   * Makes a version. A cycle that has made one gets that one again.
   *
   * @throws UserError if it cannot be written; nothing half-written stays
   */
  public Version add(Made made) {
    try (HomeLock lock = lock()) {
      Optional<String> before = folders.of(made);
      return get(before.orElseGet(() -> folders.write(made)));
    }
  }

  /**
   * Tries a version on a part of the traffic, in the place of one that is tried now.
   *
   * @param share of the conversations, above 0 and at most 1
   * @throws UserError if it was refused by the gate, answers already, or was changed
   */
  public void canary(String name, double share) {
    deployable(name);
    change(
        now -> {
          if (now.current().equals(name)) {
            throw new UserError(
                "version %s answers all requests already; there is nothing to try".formatted(name));
          }
          return now.trying(name, share, time());
        });
  }

  /** Lets a version answer; the one that answered until now is what a rollback returns to. */
  public void promote(String name) {
    promote(name, "");
  }

  /**
   * The same, with a reason.
   *
   * @throws UserError if it was refused by the gate, or was changed
   */
  public void promote(String name, String why) {
    deployable(name);
    change(now -> now.current().equals(name) ? now : now.promoting(name, why, time()));
  }

  private void deployable(String name) {
    Version version = whole(name);
    if (version.refused()) {
      throw new UserError(
          "version %s was refused by the gate (%s) and cannot be deployed"
              .formatted(name, version.gate().orElseThrow().reasons().get(0)));
    }
  }

  /**
   * Takes back the version that is tried; where none is tried, returns to the version before.
   *
   * @throws UserError if there is nothing to return to
   */
  public void rollBack(String why) {
    change(
        now -> {
          if (now.canary().isEmpty()) {
            now.previous().ifPresent(this::whole);
          }
          return now.rollingBack(why, time())
              .orElseThrow(
                  () ->
                      new UserError(
                          "there is no version before %s to return to".formatted(now.current())));
        });
  }

  /**
   * Removes the oldest versions. Those that answer, are tried, or are returned to stay.
   *
   * @param keep how many of the newest stay
   * @return the names of those that went
   */
  public List<String> clean(int keep) {
    try (HomeLock lock = lock()) {
      Deployed now = deployed();
      List<String> all = folders.names();
      List<String> out = new ArrayList<>();
      for (String name : all.subList(0, Math.max(0, all.size() - keep))) {
        if (!name.equals(now.current())
            && !now.previous().equals(Optional.of(name))
            && now.canary().filter(c -> c.name().equals(name)).isEmpty()) {
          out.add(name);
        }
      }
      if (!out.isEmpty()) {
        DeployedFile.write(home, now.without(out));
        out.forEach(name -> AtomicDirectory.remove(folders.of(name)));
      }
      return out;
    }
  }

  private void change(UnaryOperator<Deployed> how) {
    try (HomeLock lock = lock()) {
      Deployed now = deployed();
      Deployed then = how.apply(now);
      if (!then.equals(now)) {
        DeployedFile.write(home, then);
      }
    }
  }

  private HomeLock lock() {
    return HomeLock.waiting(home.resolve(LOCK));
  }

  private Instant time() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
