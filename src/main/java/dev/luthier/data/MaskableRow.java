package dev.luthier.data;

import java.util.stream.IntStream;

/**
 * A row before tokens of it are hidden.
 *
 * @param ids its tokens, at least one
 * @param types the token type ids
 * @param maskable for each token, whether it may be hidden: control tokens may not
 */
public record MaskableRow(int[] ids, int[] types, boolean[] maskable) implements TrainingRow {
  /** How many tokens may be hidden; a {@link Masking} hides a share of them. */
  @Override
  public int targets() {
    return places().length;
  }

  /** The tokens that may be hidden. */
  int[] places() {
    return IntStream.range(0, maskable.length).filter(i -> maskable[i]).toArray();
  }
}
