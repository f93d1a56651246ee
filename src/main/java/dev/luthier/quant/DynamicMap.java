package dev.luthier.quant;

import java.util.Arrays;

/**
 * The 256 values of an 8-bit number with a dynamic exponent: the more zeros its magnitude begins
 * with, the fewer bits are left for the fraction (Dettmers, <a
 * href="https://arxiv.org/abs/1511.04561">arXiv:1511.04561</a>; used for optimiser states in <a
 * href="https://arxiv.org/abs/2110.02861">arXiv:2110.02861</a>, section 1.3).
 *
 * <p>For each exponent e = 0 .. 6, [0.1, 1] is cut into equal parts, whose middles times 10^(e-6)
 * are values; 0 and 1 complete them. bitsandbytes computes them in float32, and so does this, to
 * the last bit.
 */
public enum DynamicMap {
  /** 2^e parts for each exponent and sign, for values of [-1, 1]. */
  SIGNED,
  /** 2^(e+1) parts for each exponent, for values of [0, 1]. */
  UNSIGNED;

  /** How many values a byte tells apart. */
  public static final int SIZE = 256;

  private static final int EXPONENTS = 7;

  /** The values in ascending order, (256). */
  public float[] numbers() {
    float[] out = new float[SIZE];
    int n = 0;
    for (int e = 0; e < EXPONENTS; e++) {
      int parts = 1 << (this == SIGNED ? e : e + 1);
      float scale = (float) Math.pow(10, e - (EXPONENTS - 1));
      for (int i = 0; i < parts; i++) {
        float middle = (edge(i, parts) + edge(i + 1, parts)) / 2;
        out[n++] = scale * middle;
        if (this == SIGNED) {
          out[n++] = -scale * middle;
        }
      }
    }
    out[n++] = 0;
    out[n] = 1;
    Arrays.sort(out);
    return out;
  }

  /**
   * The edge between parts i - 1 and i of [0.1, 1] as torch.linspace rounds it: counted from the
   * nearer end, product and sum in one rounding.
   */
  private static float edge(int i, int parts) {
    float step = (1 - 0.1f) / parts;
    return i < (parts + 1) / 2
        ? Math.fma(step, (float) i, 0.1f)
        : Math.fma(-step, (float) (parts - i), 1f);
  }
}
