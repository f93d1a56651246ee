package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  // truth     0 0 0 0 1 1 2 2 2 2
  // predicted 0 0 1 2 1 0 2 2 2 1
  // Rows truth: 0 -> 2 1 1, 1 -> 1 1 0, 2 -> 0 1 3.
  private static final ConfusionMatrix M =
      ConfusionMatrix.of(
          new int[] {0, 0, 0, 0, 1, 1, 2, 2, 2, 2}, new int[] {0, 0, 1, 2, 1, 0, 2, 2, 2, 1}, 3);

  @Test
  void countsAndAccuracy() {
    assertThat(M.counts()).isDeepEqualTo(new long[][] {{2, 1, 1}, {1, 1, 0}, {0, 1, 3}});
    assertThat(M.accuracy()).isEqualTo(0.6);
    assertThat(M.total()).isEqualTo(10);
  }

  @Test
  void precisionRecallAndF1OfEachClass() {
    // 0: found 3, there 4, right 2: p 2/3, r 1/2, f 4/7. 1: 3, 2, 1: p 1/3, r 1/2, f 2/5.
    // 2: 4, 4, 3: 3/4 each.
    assertThat(M.scores(0)).isEqualTo(new Scores(2 / 3.0, 0.5, 4 / 7.0));
    assertThat(M.scores(1)).isEqualTo(new Scores(1 / 3.0, 0.5, 0.4));
    assertThat(M.scores(2)).isEqualTo(new Scores(0.75, 0.75, 0.75));
  }

  @Test
  void averages() {
    Scores macro = new Average.Macro().of(M);
    assertThat(macro.precision()).isCloseTo((2 / 3.0 + 1 / 3.0 + 0.75) / 3, within(1e-15));
    assertThat(macro.recall()).isCloseTo((0.5 + 0.5 + 0.75) / 3, within(1e-15));
    assertThat(macro.f1()).isCloseTo((4 / 7.0 + 0.4 + 0.75) / 3, within(1e-15));
    Scores weighted = new Average.Weighted().of(M); // by 4, 2, 4 of 10
    assertThat(weighted.f1()).isCloseTo(0.4 * 4 / 7 + 0.2 * 0.4 + 0.4 * 0.75, within(1e-15));
    assertThat(new Average.Micro().of(M)).isEqualTo(new Scores(0.6, 0.6, 0.6));
    assertThat(new Average.Binary(1).of(M)).isEqualTo(M.scores(1));
  }

  @Test
  void classesThatNobodyHasDoNotCountAndEmptyQuotientsAreZero() {
    // Class 3 occurs nowhere: left out of the mean. Class 1 is never predicted: precision 0.
    ConfusionMatrix m = ConfusionMatrix.of(new int[] {0, 1}, new int[] {0, 0}, 4);
    assertThat(m.scores(1)).isEqualTo(new Scores(0, 0, 0));
    assertThat(new Average.Macro().of(m).f1()).isEqualTo((2 / 3.0 + 0) / 2);
    // Predicted but not there: counts in the macro mean, weighs nothing in the weighted one.
    ConfusionMatrix n = ConfusionMatrix.of(new int[] {0, 0}, new int[] {0, 1}, 2);
    assertThat(new Average.Macro().of(n).f1()).isEqualTo((2 / 3.0 + 0) / 2);
    assertThat(new Average.Weighted().of(n).f1()).isEqualTo(2 / 3.0);
  }

  @Test
  void matthews() {
    // Two classes by the usual formula: TP 4, TN 3, FP 1, FN 2:
    // (4 * 3 - 1 * 2) / sqrt(5 * 6 * 4 * 5) = 10 / sqrt(600).
    ConfusionMatrix two = new ConfusionMatrix(new long[][] {{3, 1}, {2, 4}});
    assertThat(two.matthews()).isCloseTo(10 / Math.sqrt(600), within(1e-15));
    // Three classes: right 6 of 10; found 3 3 4, there 4 2 4: 12 + 6 + 16 = 34 and
    // (60 - 34) / sqrt((100 - 34) (100 - 36)) = 26 / sqrt(66 * 64).
    assertThat(M.matthews()).isCloseTo(26 / Math.sqrt(66 * 64), within(1e-15));
    assertThat(ConfusionMatrix.of(new int[] {0, 1}, new int[] {1, 1}, 2).matthews()).isZero();
  }

  @Test
  void whatCannotBeMeasured() {
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[0], new int[0], 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {1}, new int[] {1, 0}, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ConfusionMatrix(new long[][] {{1, 2}}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Laws: names of classes do not matter; truth against itself is perfect; all in their range. */
  @Property
  void laws(
      @ForAll @Size(min = 2, max = 40) List<@IntRange(max = 3) Integer> a,
      @ForAll @Size(min = 40, max = 40) List<@IntRange(max = 3) Integer> b) {
    int[] truth = a.stream().mapToInt(i -> i).toArray();
    int[] predicted = b.stream().limit(truth.length).mapToInt(i -> i).toArray();
    ConfusionMatrix m = ConfusionMatrix.of(truth, predicted, 4);
    ConfusionMatrix renamed = ConfusionMatrix.of(renamed(truth), renamed(predicted), 4);
    ConfusionMatrix swapped = ConfusionMatrix.of(predicted, truth, 4);
    assertThat(renamed.matthews()).isCloseTo(m.matthews(), within(1e-12));
    assertThat(swapped.matthews()).isCloseTo(m.matthews(), within(1e-12));
    assertThat(m.matthews()).isBetween(-1.0 - 1e-12, 1 + 1e-12);
    for (Average average :
        List.of(new Average.Macro(), new Average.Micro(), new Average.Weighted())) {
      Scores scores = average.of(m);
      assertThat(scores.f1()).isBetween(0.0, 1 + 1e-12);
      assertThat(average.of(renamed).f1()).isCloseTo(scores.f1(), within(1e-12));
      assertThat(average.of(ConfusionMatrix.of(truth, truth, 4)).f1()).isCloseTo(1, within(1e-12));
    }
    assertThat(new Average.Weighted().of(m).recall()).isCloseTo(m.accuracy(), within(1e-12));
  }

  private static int[] renamed(int[] classes) {
    int[] names = {2, 0, 3, 1};
    return java.util.Arrays.stream(classes).map(c -> names[c]).toArray();
  }
}
