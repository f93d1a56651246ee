package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rankings as all their pairs. */
class AllPairsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Ranking FORM = new AllPairs();

  /** Scores 2, 1, 0 in order: f(1), f(2), f(1), their mean. */
  @Test
  void byHand() {
    Tensor ranks = Ops.longs(new long[] {1, 2, 3}, Compute.CPU).view(1, 3);
    double expected = (2 * logistic(1) + logistic(2)) / 3;
    assertThat(FORM.of(doubles(2, 1, 0).view(1, 3), ranks, new Convex.Logistic()::of).item_double())
        .isCloseTo(expected, within(1e-12));
  }

  /** The second and third tie: f(1) and f(2) are left. */
  @Test
  void tiesSayNothing() {
    Tensor ranks = Ops.longs(new long[] {1, 2, 2}, Compute.CPU).view(1, 3);
    double expected = (logistic(1) + logistic(2)) / 2;
    assertThat(FORM.of(doubles(2, 1, 0).view(1, 3), ranks, new Convex.Logistic()::of).item_double())
        .isCloseTo(expected, within(1e-12));
  }

  /** Grades 5, 3, none: one pair, offset 0.5 * 2 = 1, u = (2 - 1) - 1 = 0. */
  @Test
  void gradesByHand() {
    Tensor loss =
        new AllPairs()
            .ofGrades(
                doubles(2, 1, 7).view(1, 3),
                doubles(5, 3, Double.NaN).view(1, 3),
                new Offset(0.5, Offset.Scale.LINEAR),
                new Convex.Logistic()::of);
    assertThat(loss.item_double()).isCloseTo(Math.log(2), within(1e-12));
  }

  /** Without an offset grades are ranks; a row of equal grades is 0. */
  @Test
  void withoutOffsetGradesAreRanks() {
    Tensor scores = doubles(2, 1, 0, 2, 1, 0).view(2, 3);
    double[] graded =
        values(
            new AllPairs()
                .ofGrades(
                    scores,
                    doubles(9, 4, 1, 3, 3, 3).view(2, 3),
                    new Offset(0, Offset.Scale.LINEAR),
                    new Convex.Logistic()::of));
    assertThat(graded[0]).isCloseTo((2 * logistic(1) + logistic(2)) / 3, within(1e-12));
    assertThat(graded[1]).isZero();
  }

  @Test
  void gradientOfGrades() {
    gradientIsThatOfDifferences(
        x ->
            new AllPairs()
                .ofGrades(
                    x.view(1, 4),
                    doubles(5, 3, Double.NaN, 4.5).view(1, 4),
                    new Offset(1, Offset.Scale.LOG),
                    new Convex.Exponential()::of),
        0.2,
        0.4,
        0.6,
        0.1);
  }
}
