package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What rewards are compared with: 1, 3, 5 of one prompt and 7, 9 of another. */
class BaselineTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static double[] of(Baseline baseline) {
    return values(baseline.of(doubles(1, 3, 5, 7, 9), Segments.ofLengths(Compute.CPU, 3, 2)));
  }

  @Test
  void byHand() {
    assertThat(of(Baseline.GROUP)).containsExactly(3, 3, 3, 8, 8);
    assertThat(of(Baseline.LEAVE_ONE_OUT)).containsExactly(4, 3, 2, 9, 7);
    assertThat(of(Baseline.BATCH)).containsExactly(5, 5, 5, 5, 5);
    assertThat(of(Baseline.NONE)).containsOnly(0);
  }

  /** r less the others' mean is n / (n - 1) times r less the mean. */
  @Test
  void leaveOneOutIsTheGroupsMeanScaled() {
    double[] r = {1, 3, 5, 7, 9};
    for (int i = 0; i < 5; i++) {
      double n = i < 3 ? 3 : 2;
      assertThat(r[i] - of(Baseline.LEAVE_ONE_OUT)[i])
          .isCloseTo(n / (n - 1) * (r[i] - of(Baseline.GROUP)[i]), within(1e-12));
    }
  }

  @Test
  void whichNeedGroups() {
    assertThat(Baseline.GROUP.inGroups()).isTrue();
    assertThat(Baseline.LEAVE_ONE_OUT.inGroups()).isTrue();
    assertThat(Baseline.BATCH.inGroups()).isFalse();
    assertThat(Baseline.NONE.inGroups()).isFalse();
  }
}
