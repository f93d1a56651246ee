package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WinRateTest {
  /** (3 + 2 / 2) / 6. */
  @Test
  void aTieIsHalfAWin() {
    assertThat(new WinRate(3, 2, 1).rate()).isCloseTo(4.0 / 6, within(1e-12));
    assertThat(new WinRate(1, 2, 3).rate()).isCloseTo(2.0 / 6, within(1e-12));
    assertThat(new WinRate(0, 0, 0).rate()).isNaN();
  }

  /** Wilson at 8 of 10: (0.8 + 0.19207 -+ 1.95996 sqrt(0.016 + 0.0096036)) / 1.38415. */
  @Test
  void theIntervalIsWilsons() {
    Interval interval = new WinRate(8, 0, 2).interval();
    assertThat(interval.low()).isCloseTo(0.49016, within(1e-4));
    assertThat(interval.high()).isCloseTo(0.94332, within(1e-4));
    assertThat(new WinRate(7, 2, 1).interval()).isEqualTo(interval); // 7 + 1 of 10
  }

  @Test
  void roundingIsNoWin() {
    assertThat(WinRate.compare(1.000004, 1)).isZero();
    assertThat(WinRate.compare(1.1, 1)).isEqualTo(1);
    assertThat(WinRate.compare(-2, 1)).isEqualTo(-1);
    assertThat(WinRate.compare(3000.01, 3000)).isZero(); // 1e-5 of 3000 is 0.03
  }
}
