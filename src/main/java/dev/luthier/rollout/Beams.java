package dev.luthier.rollout;

import dev.luthier.error.UserError;

/**
 * Beam search as transformers' {@code GenerationConfig} describes it.
 *
 * @param width num_beams: how many hypotheses are followed, at least 1
 * @param keep num_return_sequences: how many of the best come back, at most {@code width}
 * @param lengthPenalty length_penalty: a hypothesis of n tokens has the score (sum of its
 *     log-probabilities) / n^lengthPenalty; above 0 favours long ones
 * @param stopping early_stopping: when a search ends before the longest allowed
 */
public record Beams(int width, int keep, double lengthPenalty, Stopping stopping) {
  /** When the search for one prompt ends, once {@code width} hypotheses have ended. */
  public enum Stopping {
    /** At once: early_stopping=True. */
    FIRST,
    /** When the best running one, were it to end now, would be no better: early_stopping=False. */
    LIKELY,
    /** When no running one can become better, however long it gets: early_stopping="never". */
    CERTAIN
  }

  /**
   * @throws UserError naming the value that is out of its range
   */
  public Beams {
    if (width < 1) {
      throw new UserError("beams must be at least 1, was " + width);
    }
    if (keep < 1 || keep > width) {
      throw new UserError(
          "the beams that come back must be from 1 to the %d beams, was %d".formatted(width, keep));
    }
    if (!Double.isFinite(lengthPenalty)) {
      throw new UserError("length_penalty must be a number, was " + lengthPenalty);
    }
  }

  /** transformers' defaults: length penalty 1, early_stopping=False. */
  public static Beams of(int width, int keep) {
    return new Beams(width, keep, 1, Stopping.LIKELY);
  }
}
