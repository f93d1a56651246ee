package dev.luthier.rollout;

import java.util.List;

/**
 * A token of an answer that is being written.
 *
 * @param logProb log p(token | all before it) under the model itself
 * @param top the likeliest tokens at its place, the likeliest first; none where they were not asked
 *     for
 * @param text what became final with it: perhaps nothing, where a character or a stop string is not
 *     decided yet
 */
public record Token(int id, float logProb, List<Likely> top, String text) {
  /** A token that could have been drawn. */
  public record Likely(int id, float logProb) {}
}
