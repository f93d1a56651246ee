package dev.luthier.rater;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What is written in a text, as the set of all its runs of {@value #LENGTH} characters (Broder
 * 1997, On the Resemblance and Containment of Documents); case, spaces and signs do not count.
 *
 * @param runs hashed
 */
record Shingles(Set<Integer> runs) {
  private static final int LENGTH = 5;
  private static final int BANDS = 8;
  private static final int ROWS = 4;

  static Shingles of(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    Set<Integer> out = new HashSet<>();
    for (int i = 0; i + LENGTH <= plain.length(); i++) {
      out.add(plain.substring(i, i + LENGTH).hashCode());
    }
    return new Shingles(out);
  }

  /** Jaccard's: what both have, of what either has; texts without runs are like nothing. */
  double likeness(Shingles other) {
    if (runs.isEmpty() || other.runs.isEmpty()) {
      return 0;
    }
    long both = runs.stream().filter(other.runs::contains).count();
    return both / (double) (runs.size() + other.runs.size() - both);
  }

  /**
   * Marks of which two texts share one the more probably the more alike they are (MinHash): for a
   * likeness of s, with 1 - (1 - s^{@value #ROWS})^{@value #BANDS}; 0.985 for 0.8, 0.06 for 0.3.
   */
  long[] marks() {
    long[] out = new long[BANDS];
    for (int band = 0; band < BANDS; band++) {
      long mark = band;
      for (int row = 0; row < ROWS; row++) {
        int seed = band * ROWS + row;
        long least = Long.MAX_VALUE;
        for (int run : runs) {
          least = Math.min(least, mixed(run, seed));
        }
        mark = mark * 1_000_003 + least;
      }
      out[band] = mark;
    }
    return out;
  }

  /** The finalizer of SplitMix64 (Steele et al. 2014). */
  private static long mixed(int run, int seed) {
    long z = run + (seed + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
