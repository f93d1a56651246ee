package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The history of decisions; rows are only added. */
final class DecisionTable {
  static final String COLUMNS =
      "d.feedback as d_feedback, d.standing as d_standing, d.weight as d_weight,"
          + " d.reasons as d_reasons, d.decided_by as d_by, d.decided_at as d_at";

  private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

  private static final String RATED =
      """
      select f.rater as rater, count(*) as feedback, min(f.given_at) as first_at,
        max(f.given_at) as last_at,
        sum(case when d.standing = 'ACCEPTED' then 1 else 0 end) as accepted,
        sum(case when d.standing = 'QUARANTINED' then 1 else 0 end) as quarantined,
        sum(case when d.standing = 'REJECTED' then 1 else 0 end) as rejected,
        coalesce(avg(case when d.standing = 'ACCEPTED' then d.weight end), 0) as weight
      from %s group by f.rater order by f.rater
      """;

  private DecisionTable() {}

  /** Adds decisions on feedback that is there; those of the filter only where no person decided. */
  static void add(Handle handle, List<Decision> decisions) {
    if (decisions.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into decision (feedback, standing, weight, reasons, decided_by, decided_at)
            select f.id, :standing, :weight, :reasons, :by, :at from feedback f where f.id = :id
              and (:person or not exists (
                select 1 from decision where feedback = f.id and decided_by <> :filter))
              and not exists (
                select 1 from decision where feedback = f.id and standing = :standing
                  and weight = :weight and decided_by = :by and decided_at = :at)
            """);
    for (Decision decision : decisions) {
      batch
          .bind("id", Verbatim.written(decision.feedback()))
          .bind("standing", decision.standing().name())
          .bind("weight", decision.weight())
          .bind("reasons", Verbatim.written(JsonForm.text(decision.reasons())))
          .bind("by", Verbatim.written(decision.by()))
          .bind("at", Times.micros(decision.at()))
          .bind("person", decision.byPerson())
          .bind("filter", Decision.FILTER)
          .add();
    }
    batch.execute();
  }

  static List<Decision> of(Handle handle, String feedback) {
    return handle
        .createQuery(
            "select %s from decision d where feedback = :id order by number".formatted(COLUMNS))
        .bind("id", Verbatim.written(feedback))
        .map((row, context) -> read(row))
        .list();
  }

  static List<Rated> raters(Handle handle) {
    return handle
        .createQuery(RATED.formatted(FeedbackTable.DECIDED))
        .map(
            (row, context) ->
                new Rated(
                    Verbatim.read(row.getString("rater")),
                    row.getLong("feedback"),
                    row.getLong("accepted"),
                    row.getLong("quarantined"),
                    row.getLong("rejected"),
                    row.getDouble("weight"),
                    Times.instant(row.getLong("first_at")),
                    Times.instant(row.getLong("last_at"))))
        .list();
  }

  static Decision read(ResultSet row) throws SQLException {
    try {
      return new Decision(
          Verbatim.read(row.getString("d_feedback")),
          Standing.valueOf(row.getString("d_standing")),
          row.getDouble("d_weight"),
          JsonForm.MAPPER.readValue(Verbatim.read(row.getString("d_reasons")), TEXTS),
          Verbatim.read(row.getString("d_by")),
          Times.instant(row.getLong("d_at")));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
