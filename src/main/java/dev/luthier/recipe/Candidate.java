package dev.luthier.recipe;

/**
 * One of several answers that a model gave to a prompt.
 *
 * @param tokens how many were written
 * @param cut whether it was cut at the limit
 * @param worth by what chooses; not a number where nothing does
 * @param gold by what is only measured; not a number where nothing is
 */
record Candidate(String text, int tokens, boolean cut, double worth, double gold) {
  /** The same with what it is worth. */
  Candidate worth(double score) {
    return new Candidate(text, tokens, cut, score, gold);
  }

  /** The same with what is only measured. */
  Candidate gold(double score) {
    return new Candidate(text, tokens, cut, worth, score);
  }
}
