package dev.luthier.advise;

import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What rules a candidate out, whatever its points.
 *
 * @param name short, for people
 * @param when in words
 * @param of what is in the way and what would help, or nothing
 */
public record Veto(
    String name,
    Source source,
    String when,
    BiFunction<Situation, Candidate, Optional<String>> of) {

  static Veto of(
      String name,
      Source source,
      String when,
      BiFunction<Situation, Candidate, Optional<String>> of) {
    return new Veto(name, source, when, of);
  }
}
