package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The table of feedback. */
final class FeedbackTable {
  /** Feedback f with the newest decision on it, d; where there is none, d's columns are null. */
  static final String DECIDED =
      """
      feedback f left join decision d on d.feedback = f.id and d.number =
        (select max(number) from decision where feedback = f.id)
      """;

  static final String COLUMNS =
      "f.id as f_id, f.answer as f_answer, f.other as f_other, f.rater as f_rater,"
          + " f.given_at as f_given_at, f.kind as f_kind, f.body as f_body";
  private static final String JUDGED =
      "select %s, %s, %s, %s from %s join answer a on a.id = f.answer left join answer o on o.id = f.other"
          .formatted(
              COLUMNS,
              DecisionTable.COLUMNS,
              AnswerTable.columns("a"),
              AnswerTable.columns("o"),
              DECIDED);

  private FeedbackTable() {}

  /**
   * @return whether it is new
   */
  static boolean add(Handle handle, Feedback feedback) {
    SaidRow said = SaidRow.of(feedback.said());
    Optional<Feedback> known = find(handle, feedback.id());
    if (known.isPresent()) {
      return refuseOther(known.get(), feedback);
    }
    checkAnswers(handle, feedback);
    int added =
        handle
            .createUpdate(
                """
                insert into feedback (id, answer, other, rater, given_at, kind, body)
                values (:id, :answer, :other, :rater, :at, :kind, :body)
                on conflict (id) do nothing
                """)
            .bind("id", Verbatim.written(feedback.id()))
            .bind("answer", Verbatim.written(feedback.answer()))
            .bind("other", said.other().map(Verbatim::written).orElse(null))
            .bind("rater", Verbatim.written(feedback.rater()))
            .bind("at", Times.micros(feedback.at()))
            .bind("kind", said.kind())
            .bind("body", Verbatim.written(said.body()))
            .execute();
    return added == 1 || refuseOther(find(handle, feedback.id()).orElseThrow(), feedback);
  }

  private static boolean refuseOther(Feedback known, Feedback given) {
    if (known.answer().equals(given.answer())
        && known.rater().equals(given.rater())
        && known.said().equals(given.said())) {
      return false;
    }
    throw new Conflict("other feedback has the id %s".formatted(given.id()));
  }

  private static void checkAnswers(Handle handle, Feedback feedback) {
    String prompt = prompt(handle, feedback.answer());
    if (!(feedback.said() instanceof Said.Choice choice)) {
      return;
    }
    String other = choice.other();
    if (other.equals(feedback.answer())) {
      throw new UserError("other must be another answer than answer, both are " + other);
    }
    if (!prompt(handle, other).equals(prompt)) {
      throw new UserError(
          "other must answer the same prompt; %s and %s answer different ones"
              .formatted(feedback.answer(), other));
    }
  }

  private static String prompt(Handle handle, String answer) {
    return handle
        .createQuery("select prompt from answer where id = :id")
        .bind("id", Verbatim.written(answer))
        .mapTo(String.class)
        .findOne()
        .orElseThrow(() -> new UnknownAnswer("there is no answer with the id " + answer));
  }

  private static Optional<Feedback> find(Handle handle, String id) {
    return handle
        .createQuery("select %s from feedback f where id = :id".formatted(COLUMNS))
        .bind("id", Verbatim.written(id))
        .map((row, context) -> read(row))
        .findOne();
  }

  static Optional<Judged> judged(Handle handle, String id) {
    return handle
        .createQuery(JUDGED + " where f.id = :id")
        .bind("id", Verbatim.written(id))
        .map((row, context) -> judged(row))
        .findOne();
  }

  static List<Judged> judged(Handle handle, Asked asked) {
    String sql = JUDGED + where(asked) + " order by f.given_at, f.id limit :limit";
    return bound(handle.createQuery(sql), asked)
        .bind("limit", asked.limit())
        .map((row, context) -> judged(row))
        .list();
  }

  static List<String> ids(Handle handle, Asked asked) {
    String order = " order by f.given_at, f.id limit :limit";
    String sql = "select f.id from " + DECIDED + where(asked) + order;
    return bound(handle.createQuery(sql), asked)
        .bind("limit", asked.limit())
        .map((row, context) -> Verbatim.read(row.getString(1)))
        .list();
  }

  static long count(Handle handle, Asked asked) {
    String sql = "select count(*) from " + DECIDED + where(asked);
    long all = bound(handle.createQuery(sql), asked).mapTo(Long.class).one();
    return Math.min(all, asked.limit());
  }

  private static String where(Asked asked) {
    List<String> rules = new ArrayList<>(List.of("1 = 1"));
    asked
        .standing()
        .ifPresent(
            s ->
                rules.add(
                    s == Standing.PENDING
                        ? "(d.standing is null or d.standing = :standing)"
                        : "d.standing = :standing"));
    asked.rater().ifPresent(r -> rules.add("f.rater = :rater"));
    asked.since().ifPresent(s -> rules.add("f.given_at >= :since"));
    return " where " + String.join(" and ", rules);
  }

  private static Query bound(Query query, Asked asked) {
    asked.standing().ifPresent(s -> query.bind("standing", s.name()));
    asked.rater().ifPresent(r -> query.bind("rater", Verbatim.written(r)));
    asked.since().ifPresent(s -> query.bind("since", Times.micros(s)));
    return query;
  }

  static Feedback read(ResultSet row) throws SQLException {
    SaidRow said =
        new SaidRow(
            row.getString("f_kind"),
            Optional.ofNullable(row.getString("f_other")).map(Verbatim::read),
            Verbatim.read(row.getString("f_body")));
    return new Feedback(
        Verbatim.read(row.getString("f_id")),
        Verbatim.read(row.getString("f_answer")),
        Verbatim.read(row.getString("f_rater")),
        Times.instant(row.getLong("f_given_at")),
        said.said());
  }

  private static Judged judged(ResultSet row) throws SQLException {
    return new Judged(
        read(row),
        AnswerTable.read(row, "a"),
        row.getString("o_id") == null ? Optional.empty() : Optional.of(AnswerTable.read(row, "o")),
        row.getString("d_standing") == null
            ? Optional.empty()
            : Optional.of(DecisionTable.read(row)));
  }
}
