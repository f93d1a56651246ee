package dev.luthier.feedback;

import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Rows as lines of JSON, one after the other, so that a large store need not fit into memory. */
final class Export {
  private Export() {}

  static void write(Handle handle, Optional<String> rater, Consumer<String> lines) {
    each(
        handle,
        "select %s from answer a%s order by given_at, id"
            .formatted(AnswerTable.columns("a"), rater.isPresent() ? " where rater = :rater" : ""),
        rater,
        query ->
            query
                .map(AnswerTable.mapper("a"))
                .forEach(a -> lines.accept(Verbatim.line(JsonLine.of(a)))));
    String of = rater.isPresent() ? " where f.rater = :rater" : "";
    each(
        handle,
        "select %s from feedback f%s order by given_at, id".formatted(FeedbackTable.COLUMNS, of),
        rater,
        query ->
            query
                .map((row, context) -> FeedbackTable.read(row))
                .forEach(f -> lines.accept(Verbatim.line(JsonLine.of(f)))));
    each(
        handle,
        "select %s from decision d join feedback f on f.id = d.feedback%s order by d.number"
            .formatted(DecisionTable.COLUMNS, of),
        rater,
        query ->
            query
                .map((row, context) -> DecisionTable.read(row))
                .forEach(d -> lines.accept(Verbatim.line(JsonLine.of(d)))));
  }

  private static void each(
      Handle handle, String sql, Optional<String> rater, Consumer<Query> work) {
    try (Query query = handle.createQuery(sql)) {
      rater.ifPresent(r -> query.bind("rater", Verbatim.written(r)));
      work.accept(query.setFetchSize(500));
    }
  }
}
