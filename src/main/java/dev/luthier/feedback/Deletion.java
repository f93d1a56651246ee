package dev.luthier.feedback;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * What goes together: answers, all feedback that names one of them, further feedback, and the
 * decisions on all of it.
 *
 * @param why what the count of deletions says: it names nobody
 * @param answers the rule for answers, as SQL
 * @param feedback the rule for further feedback, as SQL
 */
record Deletion(String why, String answers, String feedback, Object value) {

  static Deletion ofRater(String rater) {
    return new Deletion(
        "a rater's wish", "rater = :value", "rater = :value", Verbatim.written(rater));
  }

  static Deletion before(Instant time) {
    return new Deletion("retention", "given_at < :value", "given_at < :value", Times.micros(time));
  }

  Deleted run(Handle handle) {
    String gone = "select id from answer where " + answers;
    String of =
        "(%s or answer in (%s) or (other is not null and other in (%s)))"
            .formatted(feedback, gone, gone);
    long decisions =
        execute(
            handle,
            "delete from decision where feedback in (select id from feedback where %s)"
                .formatted(of));
    long said = execute(handle, "delete from feedback where " + of);
    long answered = execute(handle, "delete from answer where " + answers);
    Deleted deleted = new Deleted(answered, said, decisions);
    if (deleted.all() > 0) {
      handle
          .createUpdate(
              """
              insert into deletion (deleted_at, reason, answers, feedback, decisions)
              values (:at, :why, :answers, :feedback, :decisions)
              """)
          .bind("at", Times.micros(Instant.now()))
          .bind("why", why)
          .bind("answers", answered)
          .bind("feedback", said)
          .bind("decisions", decisions)
          .execute();
    }
    return deleted;
  }

  private long execute(Handle handle, String sql) {
    try (Update update = handle.createUpdate(sql)) {
      return update.bind("value", value).execute();
    }
  }

  /** How much was deleted in all, by reason. */
  static List<Deletions> totals(Handle handle) {
    return handle
        .createQuery(
            """
            select reason, count(*) as times, sum(answers) as answers, sum(feedback) as feedback,
              sum(decisions) as decisions from deletion group by reason order by reason
            """)
        .map(
            (row, context) ->
                new Deletions(
                    row.getString("reason"),
                    row.getLong("times"),
                    new Deleted(
                        row.getLong("answers"), row.getLong("feedback"), row.getLong("decisions"))))
        .list();
  }
}
