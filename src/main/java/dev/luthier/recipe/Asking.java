package dev.luthier.recipe;

import dev.luthier.rollout.Sampling;

/**
 * How a model is asked in words.
 *
 * @param prompts so many rows, from the top
 * @param maxNewTokens the longest answer
 * @param seed of the draws
 */
record Asking(int prompts, int maxNewTokens, Sampling sampling, long seed) {
  /** The same, from the model's own distribution. */
  Asking drawn() {
    return new Asking(prompts, maxNewTokens, Sampling.MODEL, seed);
  }
}
