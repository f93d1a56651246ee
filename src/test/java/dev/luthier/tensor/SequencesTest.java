package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class SequencesTest {
  @Test
  void laysThemEndToEnd() {
    try (Scope scope = new Scope()) {
      Sequences s = Sequences.of(List.of(new int[] {7, 8, 9}, new int[] {5}), Compute.CPU);
      assertThat(Ops.toLongs(s.ids())).containsExactly(7, 8, 9, 5);
      assertThat(s.lengths()).containsExactly(3, 1);
      assertThat(s.count()).isEqualTo(2);
      assertThat(s.tokens()).isEqualTo(4);
      assertThat(s.longest()).isEqualTo(3);
      assertThat(s).hasToString("Sequences[3, 1]");
    }
  }

  @Test
  void itsLengthsMustCutUpItsTokens() {
    try (Scope scope = new Scope()) {
      Tensor four = Ops.longs(new long[] {7, 8, 9, 5}, Compute.CPU);
      for (int[] lengths : new int[][] {{3}, {3, 2}, {4, 0}, {}, {5, -1}}) {
        assertThatThrownBy(() -> new Sequences(four, lengths))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("do not cut up 4 tokens");
      }
      assertThatThrownBy(() -> new Sequences(four.view(2, 2), new int[] {2, 2}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
