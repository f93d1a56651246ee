package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file beside its place, forces it to the disk and renames it there, so that whoever opens
 * the name finds the old content or the new one, whole.
 */
public final class AtomicFile {
  /**
   * What temporary files and directories are called; {@link AtomicDirectory#recover} knows them.
   */
  static final String TEMPORARY = ".tmp-";

  /** Receives the bytes of a file in order. */
  interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  /** Produces the bytes of a file. */
  interface Content {
    void writeTo(Sink sink) throws IOException;
  }

  private AtomicFile() {}

  /**
   * @throws UserError if the disk is full or the place cannot be written
   */
  public static void write(Path file, byte[] content) {
    write(file, content.length, sink -> sink.write(ByteBuffer.wrap(content)));
  }

  /**
   * @param size the bytes that {@code content} will write, for the message if they do not fit
   */
  static void write(Path file, long size, Content content) {
    Path temporary = beside(file);
    long[] written = {0};
    boolean done = false;
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      content.writeTo(
          bytes -> {
            while (bytes.hasRemaining()) {
              written[0] += channel.write(bytes);
            }
          });
      channel.force(true);
      done = true;
    } catch (IOException e) {
      throw DiskErrors.writing(file, size, size - written[0], e);
    } finally {
      if (!done) {
        discard(temporary);
      }
    }
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      force(folder(file));
    } catch (IOException e) {
      discard(temporary);
      throw DiskErrors.writing(file, size, 0, e);
    }
  }

  static Path beside(Path target) {
    return target.resolveSibling(TEMPORARY + target.getFileName());
  }

  static Path folder(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  /** Forces a directory's entries to the disk, where the system can open a directory. */
  static void force(Path directory) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")
        || directory.getFileSystem() != FileSystems.getDefault()) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new UserError("cannot remove " + DiskErrors.reason(temporary, e), e);
    }
  }
}
