package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** The store in a database of SQL; the same statements for all of them. */
final class SqlStore implements FeedbackStore {
  private final Database database;
  private final Pseudonyms pseudonyms;

  private SqlStore(Database database, Pseudonyms pseudonyms) {
    this.database = database;
    this.pseudonyms = pseudonyms;
  }

  /**
   * @throws UserError if the database's raters were hashed with another salt
   */
  static SqlStore of(Database database, Pseudonyms pseudonyms) {
    String known =
        database.write(
            handle -> {
              handle
                  .createUpdate(
                      "insert into known (name, value) values ('salt', :print) on conflict (name) do nothing")
                  .bind("print", pseudonyms.fingerprint())
                  .execute();
              return handle
                  .createQuery("select value from known where name = 'salt'")
                  .mapTo(String.class)
                  .one();
            });
    if (!known.equals(pseudonyms.fingerprint())) {
      throw new UserError(
          "the salt of %s is not the one that the raters of this database were hashed with; bring that one back"
              .formatted(pseudonyms.place()));
    }
    return new SqlStore(database, pseudonyms);
  }

  @Override
  public String pseudonym(String rater) {
    return pseudonyms.of(rater);
  }

  /** In a transaction that is begun. */
  private record Within(Handle handle) implements Writing {
    @Override
    public boolean add(Answer answer) {
      return AnswerTable.add(handle, answer);
    }

    @Override
    public boolean add(Feedback feedback) {
      return FeedbackTable.add(handle, feedback);
    }

    @Override
    public void decide(List<Decision> decisions) {
      DecisionTable.add(handle, decisions);
    }
  }

  @Override
  public boolean add(Answer answer) {
    return database.write(handle -> new Within(handle).add(answer));
  }

  @Override
  public boolean add(Feedback feedback) {
    return database.write(handle -> new Within(handle).add(feedback));
  }

  @Override
  public void decide(List<Decision> decisions) {
    together(writing -> writing.decide(decisions));
  }

  @Override
  public void together(Consumer<Writing> work) {
    database.write(
        handle -> {
          work.accept(new Within(handle));
          return true;
        });
  }

  @Override
  public Optional<Answer> answer(String id) {
    return database.read(handle -> AnswerTable.find(handle, id));
  }

  @Override
  public List<Judged> feedback(Asked asked) {
    return database.read(handle -> FeedbackTable.judged(handle, asked));
  }

  @Override
  public Optional<Judged> feedback(String id) {
    return database.read(handle -> FeedbackTable.judged(handle, id));
  }

  @Override
  public List<String> ids(Asked asked) {
    return database.read(handle -> FeedbackTable.ids(handle, asked));
  }

  @Override
  public long count(Asked asked) {
    return database.read(handle -> FeedbackTable.count(handle, asked));
  }

  @Override
  public List<Decision> decisions(String feedback) {
    return database.read(handle -> DecisionTable.of(handle, feedback));
  }

  @Override
  public List<Rated> raters() {
    return database.read(DecisionTable::raters);
  }

  @Override
  public List<Answer> answersTo(String prompt, long limit) {
    return database.read(handle -> AnswerTable.to(handle, prompt, limit));
  }

  @Override
  public Optional<AnswerPair> pair(String rater) {
    return database.read(handle -> AnswerTable.pair(handle, rater));
  }

  @Override
  public void export(Optional<String> rater, Consumer<String> lines) {
    database.read(
        handle -> {
          Export.write(handle, rater, lines);
          return true;
        });
  }

  @Override
  public Deleted delete(String rater) {
    return delete(Deletion.ofRater(rater));
  }

  @Override
  public Deleted retain(Instant from) {
    return delete(Deletion.before(from));
  }

  private Deleted delete(Deletion deletion) {
    Deleted deleted = database.write(deletion::run);
    if (deleted.all() > 0) {
      database.scrub();
    }
    return deleted;
  }

  @Override
  public List<Deletions> deletions() {
    return database.read(Deletion::totals);
  }

  @Override
  public void close() {
    database.close();
  }
}
