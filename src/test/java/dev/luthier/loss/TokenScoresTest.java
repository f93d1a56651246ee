package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TokenScoresTest {
  /**
   * Scores that are logarithms of 1/2, 1/4, 1/4, moved by 3: log p of the second is -ln 4, the
   * entropy 1/2 ln 2 + 2/4 ln 4 = 1.5 ln 2. Of three equal ones: -ln 3 and ln 3.
   */
  @Test
  void byHand() {
    try (Scope scope = new Scope()) {
      float ln2 = (float) Math.log(2);
      float ln3 = (float) Math.log(3);
      Tensor scores =
          Ops.floats(new float[] {3 - ln2, 3 - 2 * ln2, 3 - 2 * ln2, 1, 1, 1}, Compute.CPU)
              .view(2, 3);
      Tensor targets = Ops.longs(new long[] {1, 2}, Compute.CPU);
      assertThat(Ops.toFloats(TokenScores.withEntropies(scores, targets)))
          .containsExactly(new float[] {-2 * ln2, 1.5f * ln2, -ln3, ln3}, within(1e-6f));
      assertThat(Ops.toFloats(TokenScores.logProbabilities(scores, targets)))
          .containsExactly(new float[] {-2 * ln2, -ln3}, within(1e-6f));
    }
  }
}
