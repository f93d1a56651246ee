package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RegressionTest {
  @Test
  void byHand() {
    // x 1 2 3 4, y 1 3 2 8: means 2.5 and 3.5; deviations -1.5 -.5 .5 1.5 and -2.5 -.5 -1.5 4.5.
    // Products 3.75 + .25 - .75 + 6.75 = 10; squares 5 and 29: r = 10 / sqrt(145).
    // Ranks of y 1 3 2 4: differences 0 1 1 0: rho = 1 - 6 * 2 / (4 * 15) = 0.8.
    // Errors 0 1 -1 4: squares 18 / 4, absolute 6 / 4.
    Regression r = Regression.of(new double[] {1, 2, 3, 4}, new double[] {1, 3, 2, 8});
    assertThat(r.pearson()).isCloseTo(10 / Math.sqrt(145), within(1e-15));
    assertThat(r.spearman()).isCloseTo(0.8, within(1e-15));
    assertThat(r.squared()).isEqualTo(4.5);
    assertThat(r.absolute()).isEqualTo(1.5);
  }

  @Test
  void tiesShareTheirMeanRank() {
    // Ranks of 1 1 2: 1.5 1.5 3; of 3 1 2: 3 1 2. Deviations -.5 -.5 1 and 1 -1 0:
    // products -.5 + .5 + 0 = 0.
    Regression r = Regression.of(new double[] {1, 1, 2}, new double[] {3, 1, 2});
    assertThat(r.spearman()).isCloseTo(0, within(1e-15));
  }

  @Test
  void whatHasNoCorrelation() {
    assertThat(Regression.of(new double[] {1, 2}, new double[] {5, 5}).pearson()).isNaN();
    assertThat(Regression.of(new double[] {1}, new double[] {3}))
        .isEqualTo(new Regression(Double.NaN, Double.NaN, 4, 2));
    assertThat(Regression.of(new double[] {1, 2}, new double[] {Double.NaN, 5}).squared()).isNaN();
    assertThatThrownBy(() -> Regression.of(new double[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Laws: correlations do not see scale and shift, and change sign with one side. */
  @Property
  void laws(@ForAll @Size(min = 6, max = 30) List<@DoubleRange(min = -9, max = 9) Double> values) {
    double[] x = values.stream().mapToDouble(v -> v).limit(values.size() / 2).toArray();
    double[] y =
        values.stream().mapToDouble(v -> v).skip(values.size() / 2).limit(x.length).toArray();
    Regression r = Regression.of(x, y);
    double[] scaled = java.util.Arrays.stream(y).map(v -> 4 * v).toArray();
    double[] turned = java.util.Arrays.stream(y).map(v -> -v).toArray();
    Regression s = Regression.of(x, scaled);
    Regression t = Regression.of(x, turned);
    if (!Double.isNaN(r.pearson())) {
      assertThat(s.pearson()).isCloseTo(r.pearson(), within(1e-9));
      assertThat(t.pearson()).isCloseTo(-r.pearson(), within(1e-9));
      assertThat(s.spearman()).isCloseTo(r.spearman(), within(1e-9));
      assertThat(t.spearman()).isCloseTo(-r.spearman(), within(1e-9));
      assertThat(Regression.of(x, x).pearson()).isCloseTo(1, within(1e-9));
    }
    assertThat(Regression.of(x, x).squared()).isZero();
    assertThat(r.absolute() * r.absolute()).isLessThanOrEqualTo(r.squared() + 1e-9);
  }
}
