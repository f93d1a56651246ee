package dev.luthier.model;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The tasks of sequences that are being written: each goes on with the one that it began with. */
final class WrittenTasks {
  private final Tasks said;
  private int[] rows = {};

  /**
   * @param said what is said for sequences that begin
   */
  WrittenTasks(Tasks said) {
    this.said = said;
  }

  void begin(int sequences) {
    rows = Arrays.stream(said.of(sequences)).mapToInt(Math::toIntExact).toArray();
  }

  /** A call for these rows; what is said for others is said again behind it. */
  <T> T during(Supplier<T> call) {
    int[] before = said.said();
    said.set(rows);
    try {
      return call.get();
    } finally {
      said.set(before);
    }
  }

  void keep(int[] which) {
    rows = of(which);
  }

  void admit(WrittenTasks from, int[] which) {
    rows = IntStream.concat(Arrays.stream(rows), Arrays.stream(from.of(which))).toArray();
  }

  private int[] of(int[] which) {
    return Arrays.stream(which).map(r -> rows[r]).toArray();
  }
}
