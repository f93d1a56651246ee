package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnpaddedTest {
  @Test
  void dropsPaddingOnEitherSideAndShiftsLabelsByOne() {
    // Row 1 is 5 6 7 padded on the right, row 2 is 8 9 padded on the left. 6 and 7 are labels, and
    // so
    // are 8 and 9; but nothing stands before 8, so nobody predicts it.
    long[] ids = {5, 6, 7, 0, 0, 0, 8, 9};
    long[] mask = {1, 1, 1, 0, 0, 0, 1, 1};
    long[] labels = {-100, 6, 7, -100, -100, -100, 8, 9};
    Unpadded batch = Unpadded.of(ids, mask, labels, 4);
    assertThat(batch.rows()).containsExactly(new int[] {5, 6, 7}, new int[] {8, 9});
    assertThat(batch.cells()).containsExactly(0, 1, 2, 6, 7);
    assertThat(batch.positions()).containsExactly(0, 1, 3); // 5 -> 6, 6 -> 7, 8 -> 9
    assertThat(batch.targets()).containsExactly(6, 7, 9);
  }
}
