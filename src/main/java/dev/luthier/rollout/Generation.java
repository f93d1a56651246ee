package dev.luthier.rollout;

import java.util.List;

/**
 * What a call of the generator made, and what it took.
 *
 * @param completions those of the first prompt, those of the second and so on
 */
public record Generation(List<Completion> completions, Usage usage) {
  /**
   * @param rows the most sequences that ran at once
   * @param cacheBytes the most memory that keys and values held
   * @param promptTokens tokens of prompts that were computed: a prompt counts once, however many
   *     samples it has
   * @param steps passes that gave every running sequence a token
   */
  public record Usage(int rows, long cacheBytes, long promptTokens, long steps) {}
}
