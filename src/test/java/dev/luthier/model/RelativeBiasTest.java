package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.Test;

class RelativeBiasTest {
  private static long[] buckets(int buckets, int farthest, boolean both, long... distances) {
    try (Scope scope = new Scope()) {
      return Ops.toLongs(
          RelativeBias.bucket(Ops.longs(distances, Compute.CPU), buckets, farthest, both));
    }
  }

  /**
   * 8 buckets to distance 20, the past only: 0 to 3 have a bucket each; from 4 on 4 + trunc(4
   * ln(n/4) / ln(5)), at most 7.
   *
   * <pre>
   * n       4     5     6     8     9    13    14    19    20    99
   * ln(n/4) 0     .2231 .4055 .6931 .8109 1.1787 1.2528 1.5581 1.6094 3.2088
   * x 4/ln5 0     .55   1.01  1.72  2.02  2.93   3.11   3.87   4      7.97
   * bucket  4     4     5     5     6     6      7      7      7      7
   * </pre>
   */
  @Test
  void theDecoderCountsThePast() {
    assertThat(buckets(8, 20, false, 0, -1, -2, -3)).containsExactly(0, 1, 2, 3);
    assertThat(buckets(8, 20, false, -4, -5, -6, -8, -9, -13, -14, -19, -20, -99))
        .containsExactly(4, 4, 5, 5, 6, 6, 7, 7, 7, 7);
    assertThat(buckets(8, 20, false, 1, 2, 50)).as("the future is not seen").containsOnly(0);
  }

  /**
   * 32 buckets to distance 128, both sides: 16 for each, the right ones 16 higher. 0 to 7 have a
   * bucket each; from 8 on 8 + trunc(8 ln(n/8) / ln(16)), at most 15.
   *
   * <pre>
   * n       8   11    12    16  23    32  45    46    64  90    91    127   128  1000
   * x       0   .92   1.17  2   3.05  4   4.98  5.05  6   6.98  7.02  7.98  8    13.9
   * bucket  8   8     9     10  11    12  12    13    14  14    15    15    15   15
   * </pre>
   */
  @Test
  void theEncoderCountsBothSides() {
    long[] far = {8, 11, 12, 16, 23, 32, 45, 46, 64, 90, 91, 127, 128, 1000};
    long[] left = {8, 8, 9, 10, 11, 12, 12, 13, 14, 14, 15, 15, 15, 15};
    long[] right = {24, 24, 25, 26, 27, 28, 28, 29, 30, 30, 31, 31, 31, 31};
    long[] back = far.clone();
    java.util.Arrays.setAll(back, i -> -far[i]);
    assertThat(buckets(32, 128, true, back)).containsExactly(left);
    assertThat(buckets(32, 128, true, far)).containsExactly(right);
    assertThat(buckets(32, 128, true, -7, -1, 0, 1, 7)).containsExactly(7, 1, 0, 17, 23);
  }
}
