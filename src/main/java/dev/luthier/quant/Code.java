package dev.luthier.quant;

import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The sixteen values that four bits stand for, and which of them a number of [-1, 1] becomes: the
 * nearest.
 */
public enum Code {
  /**
   * NormalFloat: values at quantiles of the normal distribution, eight above and seven below an
   * exact zero (Dettmers et al., <a href="https://arxiv.org/abs/2305.14314">arXiv:2305.14314</a>,
   * section 3 and appendix E, which lists them).
   */
  NF4(
      -1,
      -0.6961928f,
      -0.52507305f,
      -0.3949175f,
      -0.28444138f,
      -0.18477343f,
      -0.091050036f,
      0,
      0.0795803f,
      0.1609302f,
      0.2461123f,
      0.33791524f,
      0.44070983f,
      0.562617f,
      0.72295684f,
      1),

  /**
   * bitsandbytes' FP4, a sign bit above two bits of exponent and one of fraction, over 12. Zero has
   * two patterns; bitsandbytes on a CPU, which is followed here, gives what is next to zero 1000 if
   * it is positive and 0000 if not.
   */
  FP4(
      0,
      0.0625f / 12,
      8f / 12,
      12f / 12,
      4f / 12,
      6f / 12,
      2f / 12,
      3f / 12,
      0,
      -0.0625f / 12,
      -8f / 12,
      -12f / 12,
      -4f / 12,
      -6f / 12,
      -2f / 12,
      -3f / 12);

  /** How many values four bits tell apart. */
  static final int SIZE = 16;

  private final float[] values;

  Code(float... values) {
    this.values = values;
  }

  /** The values by bit pattern, (16). */
  public float[] numbers() {
    return values.clone();
  }

  /** The values in ascending order, (16): the place of each pattern is {@link #patterns}. */
  float[] ascending() {
    float[] out = new float[SIZE];
    int[] patterns = patterns();
    for (int i = 0; i < SIZE; i++) {
      out[i] = values[patterns[i]];
    }
    return out;
  }

  /** The bit patterns by ascending value; of both zeros the lower pattern comes first. */
  int[] patterns() {
    return IntStream.range(0, SIZE)
        .boxed()
        .sorted(Comparator.comparing(i -> values[i])) // stable
        .mapToInt(i -> i)
        .toArray();
  }

  /** The place of zero among the ascending values. */
  int zero() {
    float[] ascending = ascending();
    int at = 0;
    while (ascending[at] != 0) {
      at++;
    }
    return at;
  }

  /** Its name in files and recipes. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
