package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How sure a share is, and how well confidence tells it. */
class CertaintyTest {
  /**
   * 8 of 10: z^2 = 3.8415, p + z^2 / 20 = 0.99207, 1 + z^2 / 10 = 1.38415, z sqrt(0.016 +
   * 0.0096036) = 0.31361; (0.99207 -+ 0.31361) / 1.38415.
   */
  @Test
  void wilson() {
    Interval interval = Interval.wilson(8, 10);
    assertThat(interval.low()).isCloseTo(0.49016, within(1e-5));
    assertThat(interval.high()).isCloseTo(0.94332, within(1e-5));
    // all of n: from n / (n + z^2)
    assertThat(Interval.wilson(20, 20).low()).isCloseTo(20 / 23.8415, within(1e-5));
    assertThat(Interval.wilson(20, 20).high()).isEqualTo(1);
    assertThat(Interval.wilson(0, 20).high()).isCloseTo(1 - 20 / 23.8415, within(1e-5));
    assertThat(Interval.wilson(0, 0)).isEqualTo(new Interval(0, 1));
  }

  /** Bins of 0.05 from 0.5: two cases at 0.52 and 0.54, of which one is right, and one at 1. */
  @Test
  void calibration() {
    Calibration calibration = new Calibration(0.5);
    calibration.add(0.52, 1);
    calibration.add(0.54, 0);
    calibration.add(1, 1);
    assertThat(calibration.error()).isCloseTo((1.06 - 1) / 3, within(1e-12));
    // one more in the last bin, sure and wrong: |1 - 1.98|
    calibration.add(0.98, 0);
    assertThat(calibration.error()).isCloseTo((0.06 + 0.98) / 4, within(1e-12));
    assertThat(new Calibration(0).error()).isNaN();
  }
}
