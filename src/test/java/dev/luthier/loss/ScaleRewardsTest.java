package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What advantages are divided by: rewards 1, 3, 5 and 7, 9 less 3 and 8. */
class ScaleRewardsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static double[] of(ScaleRewards scale) {
    return values(
        scale.of(
            doubles(1, 3, 5, 7, 9),
            doubles(-2, 0, 2, -1, 1),
            Segments.ofLengths(Compute.CPU, 3, 2)));
  }

  /** Deviations 2 and sqrt 2 of the groups, sqrt 10 of the batch, sqrt 2.5 of the advantages. */
  @Test
  void byHand() {
    double e = 1e-4;
    assertThat(of(ScaleRewards.GROUP)[0]).isCloseTo(-2 / (2 + e), within(1e-12));
    assertThat(of(ScaleRewards.GROUP)[4]).isCloseTo(1 / (Math.sqrt(2) + e), within(1e-12));
    assertThat(of(ScaleRewards.BATCH)[2]).isCloseTo(2 / (Math.sqrt(10) + e), within(1e-12));
    assertThat(of(ScaleRewards.ADVANTAGES)[2]).isCloseTo(2 / (Math.sqrt(2.5) + e), within(1e-12));
    assertThat(of(ScaleRewards.NONE)).containsExactly(-2, 0, 2, -1, 1);
  }

  /** One answer has no deviation; nothing becomes no number. */
  @Test
  void ofOne() {
    Segments one = Segments.ofLengths(Compute.CPU, 1);
    for (ScaleRewards scale : ScaleRewards.values()) {
      assertThat(values(scale.of(doubles(3), doubles(0), one))).as("%s", scale).containsOnly(0);
    }
  }
}
