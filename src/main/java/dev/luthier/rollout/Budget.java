package dev.luthier.rollout;

import dev.luthier.error.UserError;
import dev.luthier.model.Generative;
import dev.luthier.tensor.Compute;

/**
 * How much is written at once. What a sequence is before it ends is what its memory is reserved
 * for, so a batch never has to give up a sequence that it began.
 *
 * @param rows at most so many sequences, at least 1
 * @param cacheBytes what keys and values may take together, those of prompts that are being started
 *     among them; while the cache grows, one tensor of one layer is there twice beside that
 */
public record Budget(int rows, long cacheBytes) {
  /** Prompts started together have so many tokens at most, unless one alone has more. */
  public static final int PROMPT_TOKENS = 4096;

  /** The memory for keys and values where nothing else is said: 2 GiB. */
  public static final long CACHE_BYTES = 2L << 30;

  private static final int ROLLOUTS = 128;
  private static final int ROLLOUTS_ON_GPU = 512; // a step of few takes as long there

  /**
   * @throws UserError naming the value that is wrong
   */
  public Budget {
    if (rows < 1) {
      throw new UserError("the generation batch must be at least 1, was " + rows);
    }
    if (cacheBytes < 1) {
      throw new UserError("the memory for keys and values must be positive, was " + cacheBytes);
    }
  }

  /** So many rows within {@link #CACHE_BYTES}. */
  public static Budget rows(int rows) {
    return new Budget(rows, CACHE_BYTES);
  }

  /** For the answers that a training learns from. */
  public static Budget ofRollouts(Compute compute) {
    return rows(compute.isCuda() ? ROLLOUTS_ON_GPU : ROLLOUTS);
  }

  /**
   * How many sequences of these lengths fit at once, {@link #rows} at most. A row counts with its
   * prompt twice, because a prompt is started beside the rows and then copied among them; one
   * started prompt more may wait for rows.
   *
   * @param name what needs the memory, for the error
   * @param least so many belong together and must fit, even beyond {@link #rows}
   * @throws UserError if fewer fit
   */
  int fitting(Generative model, String name, int promptTokens, int newTokens, int least) {
    long prompt = model.bytes(1, promptTokens, 0);
    long row = model.bytes(1, promptTokens, newTokens) + prompt;
    long fit = (cacheBytes - prompt) / row;
    if (fit < least) {
      throw new UserError(
          ("%s with %,d tokens and %,d new ones needs %,d bytes for keys and values, but the limit"
                  + " is %,d; raise the limit (--cache-mb) or lower max_new_tokens")
              .formatted(name, promptTokens, newTokens, row * least + prompt, cacheBytes));
    }
    return (int) Math.min(Math.max(rows, least), fit);
  }
}
