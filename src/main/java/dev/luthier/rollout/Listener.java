package dev.luthier.rollout;

/** Hears the text of completions while they are written, in whole characters. */
@FunctionalInterface
public interface Listener {
  /**
   * @param sequence the place in the list that {@link Generator#generate} will return
   * @param newText what was added since the last call, never empty
   */
  void text(int sequence, String newText);
}
