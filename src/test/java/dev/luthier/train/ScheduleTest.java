package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Span TWO = new Span.Steps(2);
  private static final Span HALF = new Span.Share(0.5);

  @Test
  void warmsUpFromZero() {
    // 2 warm-up steps: 0/2, 1/2, then the peak
    Schedule s = new Schedule.Constant(TWO);
    assertThat(s.factor(0, 10)).isZero();
    assertThat(s.factor(1, 10)).isEqualTo(0.5);
    assertThat(s.factor(2, 10)).isEqualTo(1);
    assertThat(s.factor(9, 10)).isEqualTo(1);
  }

  @Test
  void linearFallsToItsFloor() {
    // warm-up 2 of 10: step 6 is half way down; floor 0.2 -> 0.2 + 0.8 * 0.5 = 0.6
    Schedule s = new Schedule.Linear(TWO, 0.2);
    assertThat(s.factor(2, 10)).isEqualTo(1);
    assertThat(s.factor(6, 10)).isCloseTo(0.6, within(1e-12));
    assertThat(s.factor(10, 10)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void cosineFallsAlongHalfACosine() {
    // a quarter of the way: (1 + cos 45°) / 2 = 0.853553
    Schedule s = new Schedule.Cosine(new Span.Steps(0), 0);
    assertThat(s.factor(2, 8)).isCloseTo(0.853553, within(1e-6));
    assertThat(s.factor(4, 8)).isCloseTo(0.5, within(1e-12));
    assertThat(s.factor(8, 8)).isCloseTo(0, within(1e-12));
  }

  @Test
  void wsdStaysUpUntilItsDecay() {
    // 10 steps, the last half decays: step 5 is its start, step 9 is 4/5 down
    Schedule s = new Schedule.Wsd(TWO, HALF, 0);
    assertThat(s.factor(1, 10)).isEqualTo(0.5);
    assertThat(s.factor(4, 10)).isEqualTo(1);
    assertThat(s.factor(5, 10)).isEqualTo(1);
    assertThat(s.factor(9, 10)).isCloseTo(0.2, within(1e-12));
  }

  @Property
  void neverLeavesTheRangeFromZeroToThePeak(
      @ForAll @LongRange(min = 1, max = 500) long total,
      @ForAll @LongRange(min = 0, max = 500) long step,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @DoubleRange(min = 0, max = 1) double floor) {
    Span warmup = new Span.Share(share);
    for (Schedule s :
        new Schedule[] {
          new Schedule.Constant(warmup),
          new Schedule.Linear(warmup, floor),
          new Schedule.Cosine(warmup, floor),
          new Schedule.Wsd(warmup, new Span.Share(1 - share), floor)
        }) {
      assertThat(s.factor(Math.min(step, total), total)).isBetween(0.0, 1.0 + 1e-12);
    }
  }
}
