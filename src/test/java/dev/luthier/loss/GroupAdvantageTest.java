package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Advantages over others. */
class GroupAdvantageTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static double[] of(Baseline baseline, ScaleRewards scale, double... rewards) {
    Segments groups = Segments.ofLengths(Compute.CPU, rewards.length - 2, 2);
    return values(new GroupAdvantage(baseline, scale).of(doubles(rewards), groups).values());
  }

  /** Rewards 1, 0, 0, 1: 0.5 over the deviation of n - 1, 1 / sqrt 3, and 1e-4. */
  @Test
  void grpo() {
    double a = 0.5 / (1 / Math.sqrt(3) + 1e-4);
    assertThat(of(Baseline.GROUP, ScaleRewards.GROUP, 1, 0, 0, 1, 2, 2))
        .containsExactly(new double[] {a, -a, -a, a, 0, 0}, within(1e-12));
  }

  /** Groups of mean 0 and, but for the 1e-4, deviation 1. */
  @Test
  void meanZeroDeviationOne() {
    double[] a = of(Baseline.GROUP, ScaleRewards.GROUP, 3, 9, -4, 8, 0, 100, 300);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 5; i++) {
      sum += a[i];
      squares += a[i] * a[i];
    }
    assertThat(sum).isCloseTo(0, within(1e-12));
    assertThat(Math.sqrt(squares / 4)).isCloseTo(1, within(1e-4));
  }

  @Test
  void drGrpoAndRloo() {
    assertThat(of(Baseline.GROUP, ScaleRewards.NONE, 1, 0, 0, 1, 3, 5))
        .containsExactly(0.5, -0.5, -0.5, 0.5, -1, 1);
    assertThat(of(Baseline.LEAVE_ONE_OUT, ScaleRewards.NONE, 2, 0, 1, 3, 5))
        .containsExactly(1.5, -1.5, 0, -2, 2);
  }

  /**
   * 0.1 has no exact mean in binary: the advantage of three equal ones is exactly 0 all the same.
   */
  @Test
  void equalRewardsHaveExactlyNone() {
    for (ScaleRewards scale : ScaleRewards.values()) {
      for (Baseline baseline : List.of(Baseline.GROUP, Baseline.LEAVE_ONE_OUT)) {
        double[] a = of(baseline, scale, 0.1, 0.1, 0.1, 7, 9);
        assertThat(Arrays.copyOf(a, 3)).as("%s %s", baseline, scale).containsOnly(0);
      }
    }
  }

  /** REINFORCE++: one answer to each prompt, 1, 2, 6 over the batch's mean and deviation. */
  @Test
  void reinforcePlusPlus() {
    GroupAdvantage plus = new GroupAdvantage(Baseline.BATCH, ScaleRewards.BATCH);
    Advantages a = plus.of(doubles(1, 2, 6), Segments.ofLengths(Compute.CPU, 1, 1, 1));
    double deviation = Math.sqrt((4 + 1 + 9) / 2.0) + 1e-4;
    assertThat(values(a.values()))
        .containsExactly(
            new double[] {-2 / deviation, -1 / deviation, 3 / deviation}, within(1e-12));
  }

  /** Neither all rewards moved nor another order changes what a group says. */
  @Test
  void lawsOfRewards() {
    double[] a = of(Baseline.GROUP, ScaleRewards.GROUP, 3, 9, -4, 1, 2);
    assertThat(of(Baseline.GROUP, ScaleRewards.GROUP, 13, 19, 6, 11, 12))
        .containsExactly(a, within(1e-12));
    double[] turned = of(Baseline.GROUP, ScaleRewards.GROUP, 9, 3, -4, 2, 1);
    assertThat(turned).containsExactly(new double[] {a[1], a[0], a[2], a[4], a[3]}, within(1e-12));
  }
}
