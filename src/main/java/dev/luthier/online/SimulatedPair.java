package dev.luthier.online;

/**
 * Two answers to one prompt, as simulated raters see them.
 *
 * @param gold whether it is known which one is better
 */
record SimulatedPair(
    MonthPrompt prompt,
    String id,
    String a,
    String b,
    SimulatedForm first,
    SimulatedForm second,
    boolean gold) {
  String answerId(boolean ofFirst) {
    return id + (ofFirst ? "a" : "b");
  }

  /** By how much the first is liked better. */
  double margin(SimulatedTaste taste) {
    return taste.of(first) - taste.of(second);
  }
}
