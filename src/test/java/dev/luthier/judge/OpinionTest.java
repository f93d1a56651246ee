package dev.luthier.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class OpinionTest {
  /** 0.9 when shown first, 0.3 when shown second: 0.6 in the mean, and the verdict flips. */
  @Test
  void theMeanOfBothOrdersCounts() {
    Opinion opinion = new Opinion(0.9, 0.3);
    assertThat(opinion.probability()).isCloseTo(0.6, within(1e-12));
    assertThat(opinion.verdict()).isEqualTo(1);
    assertThat(opinion.flips()).isTrue();
    assertThat(new Opinion(0.9, 0.8).flips()).isFalse();
    assertThat(Opinion.of(0.5).verdict()).isZero();
  }

  /** p(b, a) = 1 - p(a, b), whatever the judge says. */
  @Property(tries = 200)
  void swappedAnswersSwapTheVerdict(
      @ForAll @DoubleRange(max = 1) double ahead, @ForAll @DoubleRange(max = 1) double behind) {
    Opinion opinion = new Opinion(ahead, behind);
    assertThat(opinion.swapped().probability()).isCloseTo(1 - opinion.probability(), within(1e-12));
    assertThat(opinion.swapped().flips()).isEqualTo(opinion.flips());
  }

  /** A bonus for the first place is in both orders once for each answer, and so gone. */
  @Property(tries = 200)
  void aBonusForThePlaceIsGone(
      @ForAll @DoubleRange(min = 0.2, max = 0.8) double truth,
      @ForAll @DoubleRange(min = -0.2, max = 0.2) double bonus) {
    // b shown first: 1 - truth + bonus, so a is better with truth - bonus
    assertThat(new Opinion(truth + bonus, truth - bonus).probability())
        .isCloseTo(truth, within(1e-12));
  }
}
