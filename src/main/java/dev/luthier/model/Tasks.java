package dev.luthier.model;

import java.util.Arrays;

/**
 * Which task each sequence of the next calls belongs to, for methods that learn several tasks at
 * once: whoever makes a batch says it before the call, and it stays said.
 */
public final class Tasks {
  private int[] said = {0};

  /**
   * @param tasks one for each sequence of a batch, or one for all sequences whatever their number
   */
  public void set(int... tasks) {
    if (tasks.length == 0 || Arrays.stream(tasks).anyMatch(t -> t < 0)) {
      throw new IllegalArgumentException("tasks are numbers from 0, was " + Arrays.toString(tasks));
    }
    boolean one = Arrays.stream(tasks).allMatch(t -> t == tasks[0]);
    said = one ? new int[] {tasks[0]} : tasks.clone();
  }

  /** Whether the sequences of the next call belong to more tasks than one. */
  boolean several() {
    return said.length > 1;
  }

  int[] said() {
    return said;
  }

  /** The tasks of so many sequences. */
  public long[] of(int sequences) {
    if (said.length != 1 && said.length != sequences) {
      throw new IllegalStateException(
          "%d sequences, but tasks were said for %d".formatted(sequences, said.length));
    }
    long[] out = new long[sequences];
    Arrays.setAll(out, i -> said.length == 1 ? said[0] : said[i]);
    return out;
  }
}
