package dev.luthier.online;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Copies a folder of plain files, each forced to the disk. */
final class PlainCopy {
  private PlainCopy() {}

  /**
   * @param to must not exist
   * @throws UserError if the disk is full or something cannot be read or written
   */
  static void of(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path p : all.sorted().toList()) {
        Path there = to.resolve(from.relativize(p).toString());
        if (Files.isDirectory(p)) {
          Files.createDirectories(there);
        } else {
          Files.copy(p, there);
          try (FileChannel copied = FileChannel.open(there, StandardOpenOption.WRITE)) {
            copied.force(true);
          }
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot copy %s to %s: %s".formatted(from, to, UserError.reason(e)), e);
    }
  }
}
