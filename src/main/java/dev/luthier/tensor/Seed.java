package dev.luthier.tensor;

/**
 * Seeds derived from one root by a path of counters (epoch, step, micro-batch ...). Randomness is a
 * function of where a run is, never of how it came there, so a resumed run draws what the unbroken
 * one would have drawn.
 */
public final class Seed {
  private Seed() {}

  /** SplitMix64 (Steele et al. 2014) folded over the path. */
  public static long of(long root, long... path) {
    long z = mix(root);
    for (long p : path) {
      z = mix(z ^ p); // were p mixed too, root 1 at 2 would be root 2 at 1
    }
    return z;
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
