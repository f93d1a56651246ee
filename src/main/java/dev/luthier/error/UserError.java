package dev.luthier.error;

import java.io.Serial;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;

/**
 * The user's input is wrong: a recipe, a data file, a model folder, an argument. The message is one
 * line that names the place and the remedy; the command line prints it alone and exits with code 2.
 */
public final class UserError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** What of a long message is kept: its beginning, and its end with the remedy. */
  private static final int BEGINNING = 360;

  private static final int END = 90;

  /** Exceptions whose message is no more than the name of the file. */
  private static final Map<Class<?>, String> BARE =
      Map.of(
          NoSuchFileException.class, "it is not there",
          NotDirectoryException.class, "it is no folder",
          FileAlreadyExistsException.class, "a file is in the way",
          AccessDeniedException.class, "access denied");

  public UserError(String message) {
    super(line(message));
  }

  public UserError(String message, Throwable cause) {
    super(line(message), cause);
  }

  /** One line that fits a screen, whatever value of a broken file the message quotes. */
  private static String line(String message) {
    String text = message.replaceAll("\\p{Cc}+", " ");
    return text.length() <= BEGINNING + END
        ? text
        : text.substring(0, BEGINNING) + " ... " + text.substring(text.length() - END);
  }

  /** What a library's exception says, cut to its first line. */
  public static String reason(Throwable error) {
    if (error instanceof CharacterCodingException) {
      return "it is no text in UTF-8";
    }
    if (error instanceof FileSystemException file && file.getReason() == null) {
      return BARE.getOrDefault(file.getClass(), file.getClass().getSimpleName());
    }
    String text = error.getMessage();
    return text == null || text.isBlank()
        ? error.getClass().getSimpleName()
        : text.lines().findFirst().orElse("");
  }
}
