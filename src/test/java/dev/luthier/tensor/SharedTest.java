package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SharedTest {
  /** abc, abd, abde, xy: the second and third begin with two and three tokens of the one before. */
  private static final List<int[]> SEQUENCES =
      List.of(new int[] {1, 2, 3}, new int[] {1, 2, 4}, new int[] {1, 2, 4, 5}, new int[] {8, 9});

  @Test
  void aTokenThatSequencesShareIsThereOnce() {
    try (Scope scope = new Scope()) {
      Sequences shared = Sequences.sharing(SEQUENCES, new int[] {0, 2, 3, 0}, Compute.CPU);
      assertThat(Ops.toLongs(shared.ids())).containsExactly(1, 2, 3, 4, 5, 8, 9);
      assertThat(shared.shared().places()).containsExactly(0, 1, 2, 0, 1, 3, 0, 1, 3, 4, 5, 6);
      assertThat(shared.shared().firsts()).containsExactly(0, 1, 2, 5, 9, 10, 11);
      assertThat(shared.tokens()).isEqualTo(12);
      assertThat(Ops.toLongs(shared.apart().ids()))
          .isEqualTo(Ops.toLongs(Sequences.of(SEQUENCES, Compute.CPU).ids()));
    }
  }

  /** Behind 1 2 of the first no third token can be shared, since the second has no more. */
  @Test
  void aSequenceHasATokenOfItsOwn() {
    assertThatThrownBy(() -> Shared.of(new int[] {3, 2}, new int[] {0, 2}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Shared.of(new int[] {1, 4}, new int[] {0, 2}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Shared.of(new int[] {1, 4}, new int[] {0, 0})).isSameAs(Shared.NOTHING);
  }
}
