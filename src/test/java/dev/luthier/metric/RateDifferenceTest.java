package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RateDifferenceTest {
  @Test
  void asNewcombeHasIt() {
    // Newcombe 1998, table II (a), method 10: 56/70 - 48/80 = 0.2, interval 0.0524 to 0.3339
    RateDifference d = RateDifference.of(56, 70, 48, 80);
    assertThat(d.difference()).isCloseTo(0.2, within(1e-12));
    assertThat(d.low()).isCloseTo(0.0524, within(5e-5));
    assertThat(d.high()).isCloseTo(0.3339, within(5e-5));
  }

  @Test
  void swappingTheSharesNegatesIt() {
    RateDifference d = RateDifference.of(9, 10, 3, 10);
    RateDifference e = RateDifference.of(3, 10, 9, 10);
    assertThat(e.low()).isCloseTo(-d.high(), within(1e-12));
    assertThat(e.high()).isCloseTo(-d.low(), within(1e-12));
  }

  @Test
  void nothingTriedLeavesEverythingOpen() {
    // p = q = 1/2 with (0, 1) each: 0 -+ sqrt(1/4 + 1/4)
    RateDifference d = RateDifference.of(0, 0, 0, 0);
    assertThat(d.low()).isCloseTo(-Math.sqrt(0.5), within(1e-12));
    assertThat(d.high()).isCloseTo(Math.sqrt(0.5), within(1e-12));
  }
}
