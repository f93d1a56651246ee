package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SampledKlTest {
  private static float[] logs(double... probabilities) {
    float[] out = new float[probabilities.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) Math.log(probabilities[i]);
    }
    return out;
  }

  /**
   * The policy says one of two tokens, each with 1/2, the reference with 1/4 and 3/4: KL is (ln 2 +
   * ln 2/3) / 2 = 0.143841. Both draws once is the whole distribution, so both estimators have it:
   * k1 by ln 2 and ln 2/3, k3 by 1/2 - 1 + ln 2 and 3/2 - 1 + ln 2/3.
   */
  @Test
  void overAllDrawsBothAreTheKl() {
    SampledKl kl = SampledKl.NONE.and(logs(0.5), logs(0.25)).and(logs(0.5), logs(0.75));
    assertThat(kl.perAnswerByK1()).isCloseTo(0.143841, within(1e-6));
    assertThat(kl.perAnswer()).isCloseTo(0.143841, within(1e-6));
    assertThat(kl.perToken()).isCloseTo(0.143841, within(1e-6));
  }

  /** Tokens add up: d = ln 2 and ln 2 in one answer, nothing in the other. */
  @Test
  void answersAreSumsOfTokens() {
    SampledKl kl = SampledKl.NONE.and(logs(0.5, 0.5), logs(0.25, 0.25)).and(logs(0.3), logs(0.3));
    double k3 = 2 * (0.5 - 1 + Math.log(2)); // of two tokens
    assertThat(kl.perAnswer()).isCloseTo(k3 / 2, within(1e-6));
    assertThat(kl.perToken()).isCloseTo(k3 / 3, within(1e-6));
    assertThat(kl.perAnswerByK1()).isCloseTo(Math.log(2), within(1e-6));
  }

  /** k1 of one draw that the reference likes better is below 0, k3 never is. */
  @Test
  void onlyK1IsBelowZero() {
    SampledKl kl = SampledKl.NONE.and(logs(0.1), logs(0.9));
    assertThat(kl.perAnswerByK1()).isNegative();
    assertThat(kl.perAnswer()).isPositive();
  }
}
