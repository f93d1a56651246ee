package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The table of answers. */
final class AnswerTable {
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "given_at",
          "version",
          "rater",
          "messages",
          "answer_text",
          "tokens",
          "log_probs",
          "about");
  private static final TypeReference<List<Integer>> INTEGERS = new TypeReference<>() {};
  private static final TypeReference<List<Double>> DOUBLES = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  /** Of recent answers, two to one prompt that this rater has not chosen between. */
  private static final String PAIR =
      """
      with recent as (select * from answer order by given_at desc, id limit 400)
      select %s, %s from recent a
        join recent b on a.prompt = b.prompt and a.id < b.id and a.answer_text <> b.answer_text
      where not exists (select 1 from feedback f where f.rater = :rater
          and ((f.answer = a.id and f.other = b.id) or (f.answer = b.id and f.other = a.id)))
      order by (select count(*) from feedback f where f.answer = a.id and f.other = b.id)
          + (select count(*) from feedback f where f.answer = b.id and f.other = a.id),
        a.given_at + b.given_at desc, a.id, b.id
      limit 1
      """;

  private AnswerTable() {}

  /** The columns of an answer in a join, each under a name of its own. */
  static String columns(String table) {
    return COLUMNS.stream()
        .map(c -> "%1$s.%2$s as %1$s_%2$s".formatted(table, c))
        .collect(Collectors.joining(", "));
  }

  /**
   * @return whether it is new
   * @throws Conflict if another answer has its id
   */
  static boolean add(Handle handle, Answer answer) {
    int added =
        handle
            .createUpdate(
                """
                insert into answer (id, given_at, version, rater, prompt, messages, answer_text,
                  tokens, log_probs, about)
                values (:id, :at, :version, :rater, :prompt, :messages, :text, :tokens, :logProbs,
                  :about)
                on conflict (id) do nothing
                """)
            .bind("id", Verbatim.written(answer.id()))
            .bind("at", Times.micros(answer.at()))
            .bind("version", Verbatim.written(answer.version()))
            .bind("rater", Verbatim.written(answer.rater()))
            .bind("prompt", answer.prompt())
            .bind("messages", Verbatim.written(answer.messages()))
            .bind("text", Verbatim.written(answer.text()))
            .bind("tokens", JsonForm.text(answer.tokens()))
            .bind("logProbs", JsonForm.text(answer.logProbs()))
            .bind("about", Verbatim.written(JsonForm.text(answer.about())))
            .execute();
    if (added == 0 && !find(handle, answer.id()).filter(a -> same(a, answer)).isPresent()) {
      throw new Conflict("another answer has the id %s".formatted(answer.id()));
    }
    return added == 1;
  }

  /** Whether two answers are the same but for their time and the blanks in the prompt's JSON. */
  private static boolean same(Answer a, Answer b) {
    return a.prompt().equals(b.prompt())
        && a.equals(
            new Answer(
                b.id(),
                a.at(),
                b.version(),
                b.rater(),
                a.messages(),
                b.text(),
                b.tokens(),
                b.logProbs(),
                b.about()));
  }

  static Optional<Answer> find(Handle handle, String id) {
    return handle
        .createQuery("select %s from answer a where id = :id".formatted(columns("a")))
        .bind("id", Verbatim.written(id))
        .map(mapper("a"))
        .findOne();
  }

  static List<Answer> to(Handle handle, String prompt, long limit) {
    return handle
        .createQuery(
            "select %s from answer a where prompt = :prompt order by given_at, id limit :limit"
                .formatted(columns("a")))
        .bind("prompt", prompt)
        .bind("limit", limit)
        .map(mapper("a"))
        .list();
  }

  static Optional<AnswerPair> pair(Handle handle, String rater) {
    return handle
        .createQuery(PAIR.formatted(columns("a"), columns("b")))
        .bind("rater", Verbatim.written(rater))
        .map((row, c) -> new AnswerPair(read(row, "a"), read(row, "b")))
        .findOne();
  }

  static RowMapper<Answer> mapper(String table) {
    return (row, context) -> read(row, table);
  }

  static Answer read(ResultSet row, String table) throws SQLException {
    String t = table + "_";
    try {
      return new Answer(
          Verbatim.read(row.getString(t + "id")),
          Times.instant(row.getLong(t + "given_at")),
          Verbatim.read(row.getString(t + "version")),
          Verbatim.read(row.getString(t + "rater")),
          Verbatim.read(row.getString(t + "messages")),
          Verbatim.read(row.getString(t + "answer_text")),
          JsonForm.MAPPER.readValue(row.getString(t + "tokens"), INTEGERS),
          JsonForm.MAPPER.readValue(row.getString(t + "log_probs"), DOUBLES),
          JsonForm.MAPPER.readValue(Verbatim.read(row.getString(t + "about")), TEXTS));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
