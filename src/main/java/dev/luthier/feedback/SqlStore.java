package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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

  @Override
  public void add(Answer answer) {
    add(List.of(answer), List.of());
  }

  @Override
  public boolean add(Feedback feedback) {
    return database.write(handle -> FeedbackTable.add(handle, feedback));
  }

  @Override
  public void add(List<Answer> answers, List<Feedback> feedback) {
    database.write(
        handle -> {
          answers.forEach(answer -> AnswerTable.add(handle, answer));
          feedback.forEach(said -> FeedbackTable.add(handle, said));
          return true;
        });
  }

  @Override
  public void decide(List<Decision> decisions) {
    database.write(
        handle -> {
          DecisionTable.add(handle, decisions);
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
