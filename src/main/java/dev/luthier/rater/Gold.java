package dev.luthier.rater;

import dev.luthier.error.UserError;

/**
 * A question whose answer is known.
 *
 * @param answer the id of an answer
 * @param other the id of another answer to the same prompt; empty where the answer is judged alone
 * @param better whether the answer is better than the other, or good
 */
public record Gold(String answer, String other, boolean better) {
  public Gold {
    if (answer.isBlank() || answer.equals(other)) {
      throw new UserError(
          "gold must name an answer and, for a comparison, another one; were \"%s\" and \"%s\""
              .formatted(answer, other));
    }
  }

  Question question() {
    return other.isEmpty() ? Question.good(answer) : Question.between(answer, other);
  }

  /** The truth of its question. */
  boolean yes() {
    return (other.isEmpty() || Question.first(answer, other)) ? better : !better;
  }
}
