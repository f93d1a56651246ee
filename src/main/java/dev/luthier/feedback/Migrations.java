package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;

/** Brings a database's tables up to date: {@code resources/db/feedback}. */
final class Migrations {
  static final String TABLE = "luthier_schema";

  private Migrations() {}

  /**
   * @param serial how this database writes a primary key that counts up
   * @param name the database, for messages
   * @throws UserError if the database is a newer Luthier's, or its tables are not ours
   */
  static void run(DataSource source, String serial, String name) {
    run(source, serial, name, MigrationVersion.LATEST);
  }

  static void run(DataSource source, String serial, String name, MigrationVersion target) {
    Flyway flyway =
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:db/feedback")
            .placeholders(Map.of("serial", serial))
            .table(TABLE)
            .target(target)
            .validateOnMigrate(false) // a changed line of SQL is no harm; a newer database is
            .load();
    try {
      MigrationInfo[] all = flyway.info().all();
      Optional<MigrationVersion> newer =
          Arrays.stream(all)
              .filter(m -> m.getState() == MigrationState.FUTURE_SUCCESS)
              .map(MigrationInfo::getVersion)
              .reduce((a, b) -> b);
      if (newer.isPresent()) {
        MigrationVersion known =
            Arrays.stream(all)
                .filter(m -> m.getState() == MigrationState.SUCCESS)
                .map(MigrationInfo::getVersion)
                .reduce((a, b) -> b)
                .orElse(MigrationVersion.EMPTY);
        throw new UserError(
            "the database %s has tables of version %s, this Luthier knows them up to %s; update Luthier, or name another database"
                .formatted(name, newer.get(), known));
      }
      flyway.migrate();
    } catch (FlywayException e) {
      throw new UserError(
          "the database %s cannot be brought up to date: %s".formatted(name, UserError.reason(e)),
          e);
    }
  }
}
