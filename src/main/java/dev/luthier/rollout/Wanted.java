package dev.luthier.rollout;

import dev.luthier.error.Check;
import dev.luthier.model.Request;

/**
 * A prompt that is to be answered in its own manner.
 *
 * @param samples how many answers
 * @param seed of the draws, as {@link Generator#generate} takes it
 * @param top how many of the likeliest tokens are told for each place
 */
public record Wanted(
    Request request,
    int samples,
    Sampling sampling,
    long seed,
    Generator.Limits limits,
    int top,
    Reader reader) {
  public Wanted {
    Check.atLeast("n", 1, samples);
    Check.atLeast("top_logprobs", 0, top);
  }
}
