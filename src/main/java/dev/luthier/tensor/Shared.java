package dev.luthier.tensor;

import java.util.Arrays;

/**
 * Which tokens of a batch of sequences are the same, because the sequences begin alike, as several
 * answers to one prompt do: they are computed once. Only attention knows, which gives each sequence
 * its keys and values; a token must therefore see none behind itself. Letters: S tokens of all
 * sequences end to end, N of these that are there.
 *
 * @param places (S) the row among the N of each
 * @param firsts (N) the first among the S of each
 */
public record Shared(int[] places, int[] firsts) {
  /** No two are the same. */
  public static final Shared NOTHING = new Shared(new int[0], new int[0]);

  /**
   * @param lengths (B)
   * @param alike (B) with how many tokens of the one before each sequence begins
   */
  static Shared of(int[] lengths, int[] alike) {
    int all = Arrays.stream(lengths).sum();
    if (Arrays.stream(alike).allMatch(n -> n == 0)) {
      return NOTHING;
    }
    int[] places = new int[all];
    int[] firsts = new int[all - Arrays.stream(alike).sum()];
    int n = 0;
    int before = 0;
    for (int b = 0, at = 0; b < lengths.length; b++) {
      if (alike[b] < 0 || alike[b] >= lengths[b] || (b == 0 ? 0 : lengths[b - 1]) < alike[b]) {
        throw new IllegalArgumentException(
            "sequence %d of %d tokens begins with %d of the one before"
                .formatted(b, lengths[b], alike[b]));
      }
      System.arraycopy(places, before, places, at, alike[b]);
      for (int t = alike[b]; t < lengths[b]; t++) {
        firsts[n] = at + t;
        places[at + t] = n++;
      }
      before = at;
      at += lengths[b];
    }
    return new Shared(places, firsts);
  }

  /** Whether there is anything that is the same. */
  public boolean any() {
    return firsts.length > 0;
  }

  /** N, of sequences of these lengths. */
  int count(int[] lengths) {
    return any() ? firsts.length : Arrays.stream(lengths).sum();
  }

  /** What belongs to the N tokens, of what belongs to the S. */
  public long[] once(long[] each) {
    return any() ? Arrays.stream(firsts).mapToLong(i -> each[i]).toArray() : each;
  }

  /** Of a token among the S, its row among the N. */
  public int place(int token) {
    return any() ? places[token] : token;
  }
}
