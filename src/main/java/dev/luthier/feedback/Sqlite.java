package dev.luthier.feedback;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/**
 * One file. Its log is written ahead (WAL), so that readers do not wait for the writer, and forced
 * to the disk at every commit ({@code synchronous=FULL}): what is acknowledged outlives a kill and
 * a power cut.
 */
final class Sqlite implements Database.Kind {
  static final String URL = "jdbc:sqlite:";
  static final String SERIAL = "integer primary key autoincrement";

  private static final int BUSY_MS = 10_000;
  private static final int READERS = 4;

  private final Path file;
  private final @Nullable Object key;
  private final HikariDataSource writing;
  private final HikariDataSource reading;
  private final Jdbi writer;
  private final Jdbi reader;

  private Sqlite(String url, Path file) throws IOException {
    this.file = file;
    writing = pool(source(url, SQLiteConfig.TransactionMode.IMMEDIATE), 1);
    reading = pool(source(url, SQLiteConfig.TransactionMode.DEFERRED), READERS);
    writer = Jdbi.create(writing);
    reader = Jdbi.create(reading);
    key = key(file);
  }

  /** The file of a URL, without what stands behind a question mark. */
  static Path file(String url) {
    String name = url.substring(URL.length()).replaceFirst("\\?.*", "");
    if (name.isBlank() || name.startsWith(":") || name.startsWith("file:")) {
      throw new UserError("%s names no file; write jdbc:sqlite:FILE".formatted(url));
    }
    return Path.of(name).toAbsolutePath();
  }

  static Sqlite open(String url) {
    Path file = file(url);
    try {
      Path folder = Optional.ofNullable(file.getParent()).orElse(file);
      Files.createDirectories(folder);
      if (!Files.isWritable(folder) || Files.isDirectory(file)) {
        throw new UserError("the database %s cannot be written".formatted(file));
      }
      if (!Files.exists(file)) {
        createForOwner(file);
      }
      Migrations.run(source(url, SQLiteConfig.TransactionMode.DEFERRED), SERIAL, file.toString());
      return new Sqlite(url, file);
    } catch (IOException e) {
      throw new UserError("the database %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  /** SQLite gives the files beside it the same rights. */
  private static void createForOwner(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      if (posix) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      return; // another process was faster
    }
  }

  private static DataSource source(String url, SQLiteConfig.TransactionMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MS);
    config.enforceForeignKeys(true);
    config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "on"); // deleted text is overwritten
    config.setTransactionMode(mode);
    SQLiteDataSource out = new SQLiteDataSource(config);
    out.setUrl(url);
    return out;
  }

  private static HikariDataSource pool(DataSource source, int size) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(BUSY_MS + 5_000L);
    config.setMaxLifetime(0); // a file does not grow tired
    return new HikariDataSource(config);
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /**
   * A file that was deleted under an open database goes on taking writes that nobody will ever
   * read, so it is looked at before and after each.
   */
  @Override
  public void present() {
    try {
      Object now = key(file);
      if (key != null && !key.equals(now)) {
        throw new StoreGone(
            "the database %s was replaced by another file; restart".formatted(file));
      }
    } catch (IOException e) {
      throw new StoreGone("the database %s is gone: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  /** What was deleted still stands in the log until it is written back. */
  @Override
  public void scrub() {
    writer.useHandle(h -> h.createQuery("pragma wal_checkpoint(truncate)").mapToMap().list());
  }

  @Override
  public boolean isFull(SQLException e) {
    return e.getErrorCode() == SQLiteErrorCode.SQLITE_FULL.code;
  }

  @Override
  public boolean isDangling(SQLException e) {
    return String.valueOf(e.getMessage()).contains("FOREIGN KEY");
  }

  @Override
  public Jdbi writer() {
    return writer;
  }

  @Override
  public Jdbi reader() {
    return reader;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
