package dev.luthier.data;

import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * A text, or two, and its class.
 *
 * @param ids its tokens, at least one
 * @param types the token type ids
 * @param label the class's id
 */
public record LabelledRow(int[] ids, int[] types, int label) implements TrainingRow {
  @Override
  public int targets() {
    return 1;
  }

  @Override
  public IntBuffer identity() {
    return with(ids, label);
  }

  static IntBuffer with(int[] ids, int... more) {
    int[] all = Arrays.copyOf(ids, ids.length + more.length);
    System.arraycopy(more, 0, all, ids.length, more.length);
    return IntBuffer.wrap(all);
  }
}
