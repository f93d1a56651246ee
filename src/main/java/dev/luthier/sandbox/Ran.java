package dev.luthier.sandbox;

/**
 * What became of a program.
 *
 * @param exit its code; of no meaning where it was stopped
 * @param output what it printed, up to the limit
 * @param errors the beginning of what it complained about
 * @param end why it ended
 */
public record Ran(int exit, String output, String errors, End end) {
  /** Why a program ended. */
  public enum End {
    /** By itself, or by the system because of a limit that it counts. */
    OVER,
    /** Its time was over. */
    TIME,
    /** It printed too much. */
    OUTPUT
  }

  /** Whether it ended by itself and found all well. */
  public boolean well() {
    return end == End.OVER && exit == 0;
  }
}
