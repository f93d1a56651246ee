package dev.luthier.feedback;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.luthier.error.UserError;
import java.sql.SQLException;
import org.jdbi.v3.core.Jdbi;

/** A PostgreSQL server, for several processes or machines that share one store. */
final class Postgres implements Database.Kind {
  static final String URL = "jdbc:postgresql:";
  static final String SERIAL = "bigint generated always as identity primary key";

  private static final int CONNECTIONS = 8;
  private static final int CONNECT_MS = 5_000;
  private static final String ANSWER_S = "60"; // how long the server may stay silent

  private final String name;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Postgres(String name, HikariDataSource pool) {
    this.name = name;
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  static Postgres open(String url) {
    String name = url.substring("jdbc:".length()).replaceFirst("\\?.*", "");
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MS);
    config.addDataSourceProperty("socketTimeout", ANSWER_S);
    config.addDataSourceProperty("ApplicationName", "luthier");
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UserError(
          "the database %s cannot be reached: %s".formatted(name, UserError.reason(cause)), e);
    }
    try {
      Migrations.run(pool, SERIAL, name);
      return new Postgres(name, pool);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Class 53: disk full, out of memory, too many connections; only the first is lasting. */
  @Override
  public boolean isFull(SQLException e) {
    return "53100".equals(e.getSQLState());
  }

  @Override
  public boolean isDangling(SQLException e) {
    return "23503".equals(e.getSQLState());
  }

  @Override
  public Jdbi writer() {
    return jdbi;
  }

  @Override
  public Jdbi reader() {
    return jdbi;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    pool.close();
  }
}
