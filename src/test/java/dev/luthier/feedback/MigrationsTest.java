package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

/** Databases of older and of newer versions. */
class MigrationsTest {
  private static final String ANSWER =
      "insert into answer values ('a', 0, 'v1', '', 'p', '[{\"role\":\"user\",\"content\":\"q\"}]',"
          + " 'text', '[]', '[]', '{}')";
  private static final String FEEDBACK =
      "insert into feedback values ('f', 'a', null, 'r', 5, 'thumb', 'up')";
  private static final String NEWER =
      "insert into luthier_schema (installed_rank, version, description, type, script, checksum,"
          + " installed_by, installed_on, execution_time, success)"
          + " values (99, '99', 'from the future', 'SQL', 'V99__x.sql', 1, 'x', '2030-01-01 00:00:00.000', 1, %s)";

  @TempDir Path folder;

  private static void run(DataSource source, String... statements) throws SQLException {
    try (Connection c = source.getConnection();
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  private void check(DataSource source, String url, String serial, String yes) throws SQLException {
    Migrations.run(source, serial, "old", MigrationVersion.fromVersion("1"));
    run(source, ANSWER, FEEDBACK);
    for (int i = 0; i < 2; i++) { // it is brought up to date, and then left as it is
      try (FeedbackStore store = FeedbackStores.open(url, folder)) {
        assertThat(store.feedback(Asked.all()))
            .hasSize(1)
            .allMatch(j -> j.feedback().said().equals(new Said.Thumb(true)));
        store.decide(java.util.List.of(Rows.accepted("f", 1)));
        assertThat(store.pending()).isZero();
      }
    }
    run(source, NEWER.formatted(yes));
    assertThatThrownBy(() -> FeedbackStores.open(url, folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has tables of version 99, this Luthier knows them up to 2; update")
        .hasMessageNotContaining("\n");
  }

  @Test
  void sqlite() throws SQLException {
    String url = FeedbackStores.defaultUrl(folder);
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl(url);
    check(source, url, Sqlite.SERIAL, "1");
  }

  @Test
  void postgresql() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      String url = server.fresh();
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(url);
      check(source, url, Postgres.SERIAL, "true");
    } catch (IOException e) {
      abort("no PostgreSQL server could be started here: " + e);
    }
  }
}
