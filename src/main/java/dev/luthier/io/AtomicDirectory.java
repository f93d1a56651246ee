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
    Path replaced = target.resolveSibling(REPLACED + target.getFileName());
    Path parent = AtomicFile.folder(target);
    boolean done = false;
    try {
      Files.createDirectories(parent);
      delete(temporary);
      Files.createDirectory(temporary);
      fill.accept(temporary);
      AtomicFile.force(temporary);
      if (Files.exists(target)) {
        delete(replaced);
        Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.force(parent);
      done = true;
      delete(replaced);
      return target;
    } catch (IOException e) {
      throw DiskErrors.writing(target, 0, 0, e);
    } finally {
      if (!done) {
        recover(parent);
      }
    }
  }

  /**
   * Removes a directory so that nobody sees half of it: it is renamed first.
   *
   * @throws UserError if it cannot be removed
   */
  static void remove(Path directory) {
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
    List<Path> left;
    try (Stream<Path> entries = Files.list(parent)) {
      left =
          entries
              .filter(p -> name(p).startsWith(AtomicFile.TEMPORARY) || name(p).startsWith(REPLACED))
              .toList();
      for (Path p : left) {
        Path successor = parent.resolve(name(p).substring(REPLACED.length()));
        if (name(p).startsWith(REPLACED) && !Files.exists(successor)) {
          Files.move(p, successor, StandardCopyOption.ATOMIC_MOVE);
        } else {
          delete(p);
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot clean up " + DiskErrors.reason(parent, e), e);
    }
  }

  private static String name(Path p) {
    return String.valueOf(p.getFileName());
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
