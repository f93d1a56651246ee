package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of one run. It holds the resolved recipe as {@code recipe.yaml}, and a lock while a
 * process works in it; the lock goes with the process, however that ends.
 */
public final class RunDirectory implements AutoCloseable {
  private static final String RECIPE = "recipe.yaml";
  private static final String LOCK = ".lock";

  private final Path path;
  private final FileChannel lock;

  private RunDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Whether a folder holds a run, ended or not. */
  public static boolean isOne(Path dir) {
    return Files.exists(dir.resolve(RECIPE));
  }

  /**
   * Begins a run.
   *
   * @param recipe the resolved recipe, as it is to be kept
   * @throws UserError if the folder holds another run or other files
   */
  public static RunDirectory create(Path dir, String recipe) {
    checkNew(dir);
    RunDirectory run = lock(dir);
    AtomicFile.write(dir.resolve(RECIPE), recipe.getBytes(StandardCharsets.UTF_8));
    return run;
  }

  /**
   * Looks whether {@link #create} may begin a run here, and writes nothing.
   *
   * @throws UserError as {@link #create} does
   */
  public static void checkNew(Path dir) {
    String found = firstEntry(dir);
    if (isOne(dir)) {
      throw new UserError(
          "output %s already holds a run; continue it with --resume, or choose another output"
              .formatted(dir));
    }
    if (!found.isEmpty()) {
      throw new UserError(
          "output %s is not empty (it holds %s); choose another output".formatted(dir, found));
    }
  }

  /**
   * Goes on with a run.
   *
   * @throws UserError if there is none, or if it was begun with another recipe; the first line that
   *     differs is named
   */
  public static RunDirectory resume(Path dir, String recipe) {
    checkSame(dir, recipe);
    RunDirectory run = lock(dir);
    AtomicDirectory.recover(dir);
    return run;
  }

  /**
   * Looks whether {@link #resume} may go on here, and writes nothing.
   *
   * @throws UserError as {@link #resume} does
   */
  public static void checkSame(Path dir, String recipe) {
    Path kept = dir.resolve(RECIPE);
    if (!Files.exists(kept)) {
      throw new UserError(
          "there is no run to resume in %s (no %s); start it without --resume"
              .formatted(dir, RECIPE));
    }
    try {
      refuseDifference(kept, Files.readAllLines(kept), recipe.lines().toList());
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(kept, e), e);
    }
  }

  private static void refuseDifference(Path kept, List<String> before, List<String> now) {
    for (int i = 0; i < Math.max(before.size(), now.size()); i++) {
      String a = i < before.size() ? before.get(i).strip() : "(nothing)";
      String b = i < now.size() ? now.get(i).strip() : "(nothing)";
      if (!a.equals(b)) {
        throw new UserError(
            "--resume needs the recipe the run was begun with, but line %d of %s says \"%s\" and the recipe now says \"%s\"; restore it, or choose another output"
                .formatted(i + 1, kept, a, b));
      }
    }
  }

  private static RunDirectory lock(Path dir) {
    try {
      Files.createDirectories(dir);
      FileChannel channel =
          FileChannel.open(dir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!acquired(channel)) {
        channel.close();
        throw new UserError(
            "another process is at work in %s; wait for it, or choose another output"
                .formatted(dir));
      }
      return new RunDirectory(dir, channel);
    } catch (IOException e) {
      throw new UserError("cannot write " + DiskErrors.reason(dir, e), e);
    }
  }

  private static boolean acquired(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    }
  }

  /** The first entry that a run did not leave before it kept its recipe; "" if there is none. */
  private static String firstEntry(Path dir) {
    if (!Files.exists(dir)) {
      return "";
    }
    try (Stream<Path> entries = Files.list(dir)) {
      return entries
          .map(p -> p.getFileName().toString())
          .filter(n -> !n.equals(LOCK) && !n.startsWith(AtomicFile.TEMPORARY))
          .sorted()
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      throw new UserError("cannot read output " + DiskErrors.reason(dir, e), e);
    }
  }

  /** The directory itself, or the nearest one above it, where there is none yet. */
  public static Path nearest(Path dir) {
    Path at = dir.toAbsolutePath();
    while (!Files.isDirectory(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }

  public Path path() {
    return path;
  }

  /** Lets another process work here. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UserError("cannot close " + DiskErrors.reason(path, e), e);
    }
  }
}
