package dev.luthier.feedback;

import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** A database as the store uses it: whole transactions, and errors that say what to do. */
final class Database implements AutoCloseable {
  /** What is told apart by the kind of database. */
  interface Kind extends AutoCloseable {
    /** For writing; SQLite has one writer. */
    Jdbi writer();

    Jdbi reader();

    /** For messages; without a password. */
    String name();

    /** Whether an error says that there is no room left. */
    boolean isFull(SQLException e);

    /** Whether a row refers to one that is not there. */
    boolean isDangling(SQLException e);

    /**
     * @throws StoreGone if what is written now would be lost
     */
    default void present() {}

    /** Removes what was deleted from the disk, too. */
    default void scrub() {}

    @Override
    void close();
  }

  private final Kind kind;

  Database(Kind kind) {
    this.kind = kind;
  }

  /** All of the work is written to the disk, or nothing. */
  <T> T write(Function<Handle, T> work) {
    kind.present();
    T done = guarded(() -> kind.writer().inTransaction(work::apply));
    kind.present();
    return done;
  }

  /** Works on one state of the database. */
  <T> T read(Function<Handle, T> work) {
    kind.present();
    return guarded(() -> kind.reader().inTransaction(work::apply));
  }

  void scrub() {
    guarded(
        () -> {
          kind.scrub();
          return true;
        });
  }

  private <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException e) {
      throw told(e, sql(e));
    }
  }

  private RuntimeException told(JdbiException e, @Nullable SQLException sql) {
    String reason =
        String.valueOf((sql == null ? e : sql).getMessage()).lines().findFirst().orElse("");
    if (sql != null && kind.isFull(sql)) {
      return new StoreFull(
          "the database %s has no room left, nothing was written: %s"
              .formatted(kind.name(), reason),
          e);
    }
    if (sql != null && kind.isDangling(sql)) {
      return new UnknownAnswer("the answer was deleted meanwhile");
    }
    boolean away = e instanceof ConnectionException || sql != null && away(sql);
    String what = away ? "cannot be reached" : "failed, nothing was written";
    return new StoreGone("the database %s %s: %s".formatted(kind.name(), what, reason), e);
  }

  /** SQL's class 08: the connection broke; PostgreSQL's 57P: its server stops. */
  private static boolean away(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }

  private static @Nullable SQLException sql(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  @Override
  public void close() {
    kind.close();
  }
}
