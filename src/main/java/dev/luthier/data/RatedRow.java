package dev.luthier.data;

import java.nio.IntBuffer;

/**
 * A text, or two, and its number.
 *
 * @param ids its tokens, at least one
 * @param types the token type ids
 * @param score finite
 */
public record RatedRow(int[] ids, int[] types, float score) implements TrainingRow {
  @Override
  public int targets() {
    return 1;
  }

  @Override
  public IntBuffer identity() {
    return LabelledRow.with(ids, Float.floatToIntBits(score));
  }
}
