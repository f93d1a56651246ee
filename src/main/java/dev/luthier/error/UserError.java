package dev.luthier.error;

import java.io.Serial;

/**
 * The user's input is wrong: a recipe, a data file, a model folder, an argument. The message is one
 * line that names the place and the remedy; the command line prints it alone and exits with code 2.
 */
public final class UserError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }

  /** What a library's exception says, cut to its first line. */
  public static String reason(Throwable error) {
    String text = error.getMessage();
    return text == null || text.isBlank()
        ? error.getClass().getSimpleName()
        : text.lines().findFirst().orElse("");
  }
}
