package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BestOfNTest {
  /**
   * Of 1, 2, 4: one answer is worth 7/3 in the mean; of the three pairs the better ones are 2, 4
   * and 4; of all three it is 4.
   */
  @Test
  void meansOfTheBest() {
    assertThat(BestOfN.of(new double[] {4, 1, 2}))
        .containsExactly(new double[] {7 / 3.0, 10 / 3.0, 4}, within(1e-12));
  }

  /** 2 of 5 answers are right: that none of two is, has 3 of 10 chances (pass@2 = 1 − 3/10). */
  @Test
  void isPassAtK() {
    assertThat(BestOfN.of(new double[] {0, 1, 0, 1, 0})[1]).isCloseTo(0.7, within(1e-12));
  }

  /**
   * Chosen by 1, 2, 2, worth 0, 1, 0: of the pairs that of the first and second is worth 1, that of
   * the first and third 0, that of the level ones a half: 1.5 / 3.
   */
  @Test
  void whatChoosesIsNotWhatCounts() {
    assertThat(BestOfN.of(new double[] {1, 2, 2}, new double[] {0, 1, 0}))
        .containsExactly(new double[] {1 / 3.0, 0.5, 0.5}, within(1e-12));
  }

  /** One number never chooses anything. */
  @Test
  void allLevel() {
    assertThat(BestOfN.of(new double[] {3, 3, 3, 3}))
        .containsExactly(new double[] {3, 3, 3, 3}, within(1e-12));
  }

  /** The mean of what is estimated from few answers is what many trials of n answers reach. */
  @Test
  void hasNoBias() {
    Random random = new Random(1);
    double estimated = 0;
    double tried = 0;
    int trials = 20_000;
    for (int t = 0; t < trials; t++) {
      double[] few = random.doubles(5).toArray();
      estimated += BestOfN.of(few)[2] / trials;
      tried += random.doubles(3).max().orElseThrow() / trials;
    }
    assertThat(estimated).isCloseTo(0.75, within(0.005)); // E max of 3 uniform numbers: 3/4
    assertThat(tried).isCloseTo(0.75, within(0.005));
  }

  /**
   * Of K answers that are equally likely and never level, the i-th worst is the best of n with
   * probability (i^n − (i−1)^n) / K^n; its KL to 1/K comes to the formula from below as K grows.
   */
  @Test
  void klOfManyAnswers() {
    assertThat(BestOfN.kl(1)).isZero();
    assertThat(BestOfN.kl(2)).isCloseTo(Math.log(2) - 0.5, within(1e-12));
    for (int n : new int[] {2, 4, 16}) {
      double few = exact(20, n);
      double many = exact(20_000, n);
      assertThat(few).isLessThan(BestOfN.kl(n));
      assertThat(many).isBetween(few, BestOfN.kl(n)).isCloseTo(BestOfN.kl(n), within(2e-3));
    }
  }

  private static double exact(int answers, int n) {
    double kl = 0;
    for (int i = 1; i <= answers; i++) {
      double p = Math.pow((double) i / answers, n) - Math.pow((i - 1.0) / answers, n);
      kl += p == 0 ? 0 : p * Math.log(p * answers);
    }
    return kl;
  }
}
