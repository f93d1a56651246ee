package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The mean over a run. */
class RunningMeanTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Two of mean 3, then six of mean 7: (6 + 42) / 8 = 6. */
  @Test
  void byHand() {
    RunningMean mean = new RunningMean().and(3, 2).and(7, 6);
    assertThat(mean.mean()).isEqualTo(6);
    assertThat(mean.count()).isEqualTo(8);
  }

  @Test
  void nothingIsZero() {
    assertThat(new RunningMean().and(0, 0)).isEqualTo(new RunningMean(0, 0));
  }
}
