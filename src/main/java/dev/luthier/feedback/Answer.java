package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * An answer that a version gave.
 *
 * @param at to the microsecond, as the database keeps it
 * @param version which version of the model gave it
 * @param rater the pseudonym of whoever asked ({@link FeedbackStore#pseudonym}); may be empty
 * @param messages what was asked: a JSON list of messages with role and content
 * @param text what was answered
 * @param tokens its tokens; empty where they are not known, as of answers that come from files
 * @param logProbs natural logarithms of the tokens' probabilities when they were drawn; one for
 *     each token, or none
 * @param about what else is known: how it was sampled, its task ...
 */
public record Answer(
    String id,
    Instant at,
    String version,
    String rater,
    String messages,
    String text,
    List<Integer> tokens,
    List<Double> logProbs,
    Map<String, String> about) {

  /**
   * @throws UserError if a value breaks its rule
   */
  public Answer {
    Limit.name("answer.id", id);
    Limit.name("answer.version", version);
    if (!rater.isEmpty()) {
      Limit.name("answer.rater", rater);
    }
    at = at.truncatedTo(ChronoUnit.MICROS);
    Prompt.messages("answer.messages", messages);
    Limit.text("answer.text", Limit.ANSWER, text);
    tokens = List.copyOf(tokens);
    logProbs = List.copyOf(logProbs);
    about = Map.copyOf(about);
    if (!logProbs.isEmpty() && logProbs.size() != tokens.size()) {
      throw new UserError(
          "answer.log_probs must be one for each of %d tokens, were %d"
              .formatted(tokens.size(), logProbs.size()));
    }
    for (double logProb : logProbs) {
      if (!Double.isFinite(logProb)) {
        throw new UserError("answer.log_probs must be finite numbers, one was " + logProb);
      }
    }
  }

  /** What tells its prompt from others: SHA-256 of the messages, however they are spaced. */
  public String prompt() {
    return Prompt.hash(messages);
  }
}
