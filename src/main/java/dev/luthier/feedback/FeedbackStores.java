package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.nio.file.Path;

/** Opens stores of feedback. */
public final class FeedbackStores {
  private FeedbackStores() {}

  /** The store of a home folder where nothing else is said: SQLite in one file. */
  public static String defaultUrl(Path home) {
    return "jdbc:sqlite:" + home.resolve("feedback.db");
  }

  /**
   * Opens a database, making it where it is not there, and brings it up to date.
   *
   * @param jdbcUrl {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql://...}
   * @throws UserError if the URL is of neither, the database cannot be opened, or it was written by
   *     a newer Luthier
   */
  public static FeedbackStore open(String jdbcUrl) {
    throw new UserError("not yet: " + jdbcUrl);
  }
}
