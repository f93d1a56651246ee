package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Says in one line why a file could not be read or written. */
final class DiskErrors {
  private DiskErrors() {}

  /** "FILE: reason", for the end of a sentence. */
  static String reason(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return file + ": there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return file + ": access denied";
    }
    boolean said = e instanceof FileSystemException f && f.getReason() != null;
    return file + ": " + (said ? ((FileSystemException) e).getReason() : UserError.reason(e));
  }

  /**
   * The error for a write that failed.
   *
   * @param missing how many bytes had still to be written
   */
  static UserError writing(Path file, long needed, long missing, IOException e) {
    if (isFull(file, missing, e)) {
      return new UserError(
          "no space left on the disk of %s: the file needs %,d bytes, %,d of them did not fit; free some space or choose another output"
              .formatted(file, needed, missing),
          e);
    }
    return new UserError("cannot write " + reason(file, e), e);
  }

  private static boolean isFull(Path file, long missing, IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("no space left")
        || message.contains("not enough space")
        || message.contains("quota exceeded")) {
      return true;
    }
    try {
      return missing > 0 && Files.getFileStore(AtomicFile.folder(file)).getUsableSpace() < missing;
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
      return false;
    }
  }
}
