package dev.luthier.data;

/**
 * How many rows have a property.
 *
 * @param count how many
 * @param first the place of the first, with what was found there; empty if none
 */
public record Found(int count, String first) {
  static final Found NONE = new Found(0, "");

  Found and(String place) {
    return new Found(count + 1, count == 0 ? place : first);
  }

  boolean any() {
    return count > 0;
  }
}
