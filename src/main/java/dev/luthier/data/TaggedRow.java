package dev.luthier.data;

import java.nio.IntBuffer;
import java.util.stream.IntStream;

/**
 * A row some of whose tokens have a target of their own: the tag of a word, or the token that a
 * mask hides.
 *
 * @param ids its tokens, at least one
 * @param types the token type ids
 * @param tags the target of each token; {@link #NONE} where there is none
 */
public record TaggedRow(int[] ids, int[] types, int[] tags) implements TrainingRow {
  /** The mark of a token without a target. */
  public static final int NONE = -1;

  @Override
  public int targets() {
    return (int) IntStream.of(tags).filter(tag -> tag != NONE).count();
  }

  @Override
  public IntBuffer identity() {
    return LabelledRow.with(ids, tags);
  }
}
