package dev.luthier.model;

/**
 * Which tokens of its sequence a token sees.
 *
 * @param causal only those up to itself
 * @param window only the nearest so many, itself among them
 */
record Sight(boolean causal, int window) {
  static final Sight CAUSAL = new Sight(true, Integer.MAX_VALUE);
  static final Sight ALL = new Sight(false, Integer.MAX_VALUE);

  /** Itself and the tokens before it, window in all (Beltagy et al. 2020). */
  static Sight last(int window) {
    return new Sight(true, window);
  }
}
