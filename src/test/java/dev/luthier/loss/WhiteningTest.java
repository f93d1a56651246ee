package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Numbers of one size: 1, 2, 6 have mean 3 and variance 7. */
class WhiteningTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static double[] of(Whitening whitening, double... x) {
    return values(whitening.of(doubles(x)));
  }

  @Test
  void byHand() {
    double d = Math.sqrt(7 + 1e-8);
    assertThat(of(Whitening.FULL, 1, 2, 6))
        .containsExactly(new double[] {-2 / d, -1 / d, 3 / d}, within(1e-12));
    assertThat(of(Whitening.SCALE, 1, 2, 6))
        .containsExactly(new double[] {3 - 2 / d, 3 - 1 / d, 3 + 3 / d}, within(1e-12));
    assertThat(of(Whitening.NONE, 1, 2, 6)).containsExactly(1, 2, 6);
  }

  @Test
  void withoutSpread() {
    assertThat(of(Whitening.FULL, 4)).containsExactly(0);
    assertThat(of(Whitening.FULL, 4, 4)).containsExactly(0, 0);
    assertThat(of(Whitening.SCALE, 4, 4)).containsExactly(4, 4);
  }
}
