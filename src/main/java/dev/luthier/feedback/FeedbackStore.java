package dev.luthier.feedback;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Answers, feedback and decisions, kept. What a method wrote is on the disk when it returns, whole
 * or not at all. Safe for several threads.
 *
 * <p>Every method throws {@link StoreGone} where the database cannot be reached, and those that
 * write {@link StoreFull} where it has no room; nothing is written then.
 */
public interface FeedbackStore extends Writing, AutoCloseable {
  /** The name under which a rater is kept: a salted hash, the same for the same rater. */
  String pseudonym(String rater);

  /** Writes all that the work writes, or nothing where it throws. */
  void together(Consumer<Writing> work);

  /** Keeps answers, then feedback: all, or none where one is refused. */
  default void add(List<Answer> answers, List<Feedback> feedback) {
    together(
        writing -> {
          answers.forEach(writing::add);
          feedback.forEach(writing::add);
        });
  }

  Optional<Answer> answer(String id);

  /** Feedback in the order of its time, then of its id. */
  List<Judged> feedback(Asked asked);

  Optional<Judged> feedback(String id);

  /** The ids of feedback in the same order, without reading what was said. */
  List<String> ids(Asked asked);

  long count(Asked asked);

  /** How much feedback waits for a decision. */
  default long pending() {
    return count(Asked.of(Standing.PENDING));
  }

  /** All decisions on feedback, the oldest first. */
  List<Decision> decisions(String feedback);

  /** Everyone who gave feedback, in the order of the pseudonyms. */
  List<Rated> raters();

  /** Answers to the same prompt, oldest first. */
  List<Answer> answersTo(String prompt, long limit);

  /**
   * Two answers to one prompt with different texts, between which this rater has not chosen; the
   * pair with the fewest choices, of these the newest.
   */
  Optional<AnswerPair> pair(String rater);

  /**
   * All that is kept of a rater, or of everyone, as lines of JSON in the form that {@code luthier
   * feedback import} reads: answers, then feedback, then the decisions on it.
   *
   * @param rater the pseudonym
   */
  void export(Optional<String> rater, Consumer<String> lines);

  /**
   * Deletes a rater's answers, all feedback on them, the rater's feedback and the decisions on all
   * of it.
   *
   * @param rater the pseudonym
   */
  Deleted delete(String rater);

  /** Deletes what is older than this: answers with all feedback on them, and feedback. */
  default Deleted retain(Duration age) {
    return retain(Instant.now().minus(age));
  }

  /** Deletes answers from before a time with all feedback on them, and feedback from before it. */
  Deleted retain(Instant from);

  /** How much was deleted so far, by reason. */
  List<Deletions> deletions();

  @Override
  void close();
}
