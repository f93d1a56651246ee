package dev.luthier.feedback;

import java.util.Optional;

/**
 * Feedback with all that belongs to it.
 *
 * @param other of a choice, the other answer
 * @param decision the newest, if anything was decided
 */
public record Judged(
    Feedback feedback, Answer answer, Optional<Answer> other, Optional<Decision> decision) {

  public Standing standing() {
    return decision.map(Decision::standing).orElse(Standing.PENDING);
  }
}
