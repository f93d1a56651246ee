package dev.luthier.feedback;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a rater said about an answer.
 *
 * @param id the same id twice is the same feedback
 * @param answer the id of the answer
 * @param rater the rater's pseudonym ({@link FeedbackStore#pseudonym})
 * @param at to the microsecond, as the database keeps it
 */
public record Feedback(String id, String answer, String rater, Instant at, Said said) {
  /**
   * @throws dev.luthier.error.UserError if a value breaks its rule
   */
  public Feedback {
    Limit.name("id", id);
    Limit.name("answer", answer);
    Limit.name("rater", rater);
    at = at.truncatedTo(ChronoUnit.MICROS);
  }
}
