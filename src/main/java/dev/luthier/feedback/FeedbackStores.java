package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Opens stores of feedback. */
public final class FeedbackStores {
  private FeedbackStores() {}

  /** The store of a home folder where nothing else is said: SQLite in one file. */
  public static String defaultUrl(Path home) {
    return "jdbc:sqlite:" + home.resolve("feedback.db");
  }

  /** The file of a database that is one. */
  public static Optional<Path> file(String jdbcUrl) {
    return jdbcUrl.startsWith(Sqlite.URL) ? Optional.of(Sqlite.file(jdbcUrl)) : Optional.empty();
  }

  /**
   * Opens a database, making it where it is not there, and brings it up to date. The salt of the
   * raters' pseudonyms is that of the environment variable {@code LUTHIER_FEEDBACK_SALT}, else it
   * lies beside the file of SQLite.
   *
   * @param jdbcUrl {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql://...}
   * @throws UserError if the URL is of neither, the database cannot be opened, it was written by a
   *     newer Luthier, or its salt is not there
   */
  public static FeedbackStore open(String jdbcUrl) {
    return open(jdbcUrl, Optional.empty());
  }

  /**
   * @param home where the salt lies if the database is a server
   */
  public static FeedbackStore open(String jdbcUrl, Path home) {
    return open(jdbcUrl, Optional.of(home.resolve("feedback.salt")));
  }

  private static FeedbackStore open(String url, Optional<Path> salt) {
    Optional<String> given = Optional.ofNullable(System.getenv(Pseudonyms.VARIABLE));
    if (url.startsWith(Sqlite.URL)) {
      Path file = Sqlite.file(url);
      return store(
          () -> Sqlite.open(url),
          () ->
              Pseudonyms.of(given, Optional.of(file.resolveSibling(file.getFileName() + ".salt"))));
    }
    if (url.startsWith(Postgres.URL)) {
      return store(() -> Postgres.open(url), () -> Pseudonyms.of(given, salt));
    }
    throw new UserError(
        "feedback.url must begin with %s or %s, was %s"
            .formatted(Sqlite.URL, Postgres.URL, url.replaceFirst("\\?.*", "")));
  }

  private static FeedbackStore store(Supplier<Database.Kind> kind, Supplier<Pseudonyms> names) {
    Database database = new Database(kind.get());
    try {
      return SqlStore.of(database, names.get());
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }
}
