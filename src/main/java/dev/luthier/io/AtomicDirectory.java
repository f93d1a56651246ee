package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a directory beside its place and renames it there, so that a process killed at any moment
 * leaves the old directory or the new one, whole. What such a process left behind is put in order
 * by {@link #recover}.
 */
public final class AtomicDirectory {
  /** A directory that is about to be replaced; it comes back if its successor never arrives. */
  static final String REPLACED = ".old-";

  private AtomicDirectory() {}

  /**
   * Writes a directory, replacing one that is there.
   *
   * @param fill writes the files into the directory it is given; each must be forced to the disk,
   *     as the writers of this package do
   * @return {@code target}
   * @throws UserError if the place cannot be written
   */
  public static Path write(Path target, Consumer<Path> fill) {
    Path temporary = AtomicFile.beside(target);
    Path parent = AtomicFile.folder(target);
    try {
      Files.createDirectories(parent);
      settle(target);
      Files.createDirectory(temporary);
      try {
        fill.accept(temporary);
        AtomicFile.force(temporary);
        if (Files.exists(target)) {
          Files.move(target, replaced(target), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.force(parent);
      } finally {
        settle(target);
      }
      return target;
    } catch (IOException e) {
      throw DiskErrors.writing(target, 0, 0, e);
    }
  }

  private static Path replaced(Path target) {
    return target.resolveSibling(REPLACED + target.getFileName());
  }

  /** Removes what was half-written for a place; brings back its old directory if it has none. */
  private static void settle(Path target) throws IOException {
    Path replaced = replaced(target);
    delete(AtomicFile.beside(target));
    if (Files.exists(replaced) && !Files.exists(target)) {
      Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
    }
    delete(replaced);
  }

  /**
   * Removes a directory so that nobody sees half of it: it is renamed first.
   *
   * @throws UserError if it cannot be removed
   */
  public static void remove(Path directory) {
    Path temporary = AtomicFile.beside(directory);
    try {
      delete(temporary);
      Files.move(directory, temporary, StandardCopyOption.ATOMIC_MOVE);
      delete(temporary);
    } catch (IOException e) {
      throw new UserError("cannot remove " + DiskErrors.reason(directory, e), e);
    }
  }

  /**
   * Puts in order what a killed process left in a directory: half-written files and directories go,
   * and a directory that had been moved aside comes back where its successor is missing.
   *
   * @throws UserError if something there cannot be removed
   */
  public static void recover(Path parent) {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (Stream<Path> entries = Files.list(parent)) {
      for (Path p : entries.toList()) {
        String name = String.valueOf(p.getFileName());
        for (String prefix : List.of(AtomicFile.TEMPORARY, REPLACED)) {
          if (name.startsWith(prefix)) {
            settle(parent.resolve(name.substring(prefix.length())));
          }
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot clean up " + DiskErrors.reason(parent, e), e);
    }
  }

  private static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
