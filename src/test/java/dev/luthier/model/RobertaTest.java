package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.List;
import org.junit.jupiter.api.Test;

class RobertaTest {
  private static long[] rows(int pad, int[]... sequences) {
    try (Scope scope = new Scope()) {
      Sequences batch = Sequences.of(List.of(sequences), Compute.CPU);
      return Ops.toLongs(
          Roberta.rows(
              new Layout(new Widened(batch, null, null), null, null, Prefix.NONE, Compute.CPU),
              pad));
    }
  }

  @Test
  void positionsCountFromBehindThePaddingTokenInEverySequence() {
    assertThat(rows(1, new int[] {0, 9, 2}, new int[] {0, 2})).containsExactly(2, 3, 4, 2, 3);
  }

  @Test
  void aPaddingTokenTakesItsOwnRowAndIsNotCounted() {
    assertThat(rows(4, new int[] {4, 9, 4, 7}, new int[] {4, 4}, new int[] {8}))
        .containsExactly(4, 5, 4, 6, 4, 4, 5);
  }
}
