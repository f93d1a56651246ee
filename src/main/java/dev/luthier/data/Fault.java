package dev.luthier.data;

/**
 * What is wrong with a row so that the run must not start.
 *
 * @param finding behind the row's place: "has no token to learn"
 * @param remedy what to do about it
 */
public record Fault(Kind kind, String finding, String remedy) {
  /** What the report keeps apart. */
  public enum Kind {
    /** Nothing is learnt from the row. */
    UNTAUGHT,
    /** Control tokens stand twice. */
    DOUBLED,
    /** Two of its choices are the same to the model. */
    ALIKE,
    /** Its answers are judged in a way that the method does not learn from. */
    UNJUDGED
  }
}
