package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;

/**
 * A padded batch of another tool, (B, T) row by row, without its padding, on whichever side that
 * is.
 *
 * @param rows the real tokens of each row
 * @param cells (N) the places of the real tokens in the padded batch
 * @param positions (M) the real tokens, counted from 0 to N-1, that predict a label
 * @param targets (M) those labels
 */
public record Unpadded(List<int[]> rows, long[] cells, long[] positions, long[] targets) {
  private static final long NO_LABEL = -100;

  /**
   * @param mask 0 where there is padding
   * @param labels -100 where there is none; a label belongs to its own token, which the token
   *     before it predicts
   * @param width T
   */
  public static Unpadded of(long[] ids, long[] mask, long[] labels, int width) {
    List<int[]> rows = new ArrayList<>();
    List<Long> cells = new ArrayList<>();
    List<Long> positions = new ArrayList<>();
    List<Long> targets = new ArrayList<>();
    for (int from = 0; from < ids.length; from += width) {
      List<Integer> row = new ArrayList<>();
      for (int i = from; i < from + width; i++) {
        if (mask[i] != 0) {
          if (!row.isEmpty() && labels[i] != NO_LABEL) {
            positions.add((long) cells.size() - 1);
            targets.add(labels[i]);
          }
          row.add((int) ids[i]);
          cells.add((long) i);
        }
      }
      rows.add(row.stream().mapToInt(Integer::intValue).toArray());
    }
    return new Unpadded(rows, longs(cells), longs(positions), longs(targets));
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
