package dev.luthier.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packs rows into bins by best fit decreasing: the longest row first, each into the fullest bin
 * that still has room for it, else into a new one. The rows of a bin are laid end to end and do not
 * see each other (see {@link dev.luthier.tensor.Sequences}), so packing changes no loss.
 *
 * <p>Johnson et al. 1974, "Worst-Case Performance Bounds for Simple One-Dimensional Packing
 * Algorithms": at most 11/9 of the fewest possible bins, and a few.
 */
public final class Packer {
  private Packer() {}

  /**
   * @param capacity the most tokens of a bin; no row may be longer
   * @return the bins in the order they were opened; the same for the same rows
   */
  public static List<List<TokenRow>> pack(List<TokenRow> rows, int capacity) {
    List<TokenRow> longestFirst = new ArrayList<>(rows);
    longestFirst.sort(Comparator.comparingInt(TokenRow::length).reversed()); // stable
    List<List<TokenRow>> bins = new ArrayList<>();
    TreeMap<Integer, Deque<List<TokenRow>>> byRoom = new TreeMap<>();
    for (TokenRow row : longestFirst) {
      if (row.length() > capacity) {
        throw new IllegalArgumentException(
            "a row of %d tokens does not fit into %d".formatted(row.length(), capacity));
      }
      Map.Entry<Integer, Deque<List<TokenRow>>> fit = byRoom.ceilingEntry(row.length());
      int room = capacity;
      List<TokenRow> bin = new ArrayList<>();
      if (fit == null) {
        bins.add(bin);
      } else {
        room = fit.getKey();
        bin = fit.getValue().remove();
        if (fit.getValue().isEmpty()) {
          byRoom.remove(room);
        }
      }
      bin.add(row);
      byRoom.computeIfAbsent(room - row.length(), r -> new ArrayDeque<>()).add(bin);
    }
    return bins;
  }
}
