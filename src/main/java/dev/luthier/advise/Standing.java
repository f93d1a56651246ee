package dev.luthier.advise;

import java.util.List;
import java.util.Optional;

/**
 * How a candidate stands in a situation.
 *
 * @param points the sum of what the rules give
 * @param given the rules that gave something, with what
 * @param against what rules it out
 */
public record Standing(
    Candidate candidate, int points, List<Given> given, Optional<String> against) {
  /** Points by a rule. */
  public record Given(Rule rule, int points) {}

  static Standing of(Candidate candidate, Situation s) {
    List<Given> given =
        Rules.all().stream()
            .filter(r -> r.applies().test(s))
            .map(r -> new Given(r, r.points(candidate)))
            .filter(g -> g.points() != 0)
            .toList();
    Optional<String> against =
        Rules.vetoes().stream()
            .flatMap(v -> v.of().apply(s, candidate).map(why -> v.name() + ": " + why).stream())
            .findFirst();
    return new Standing(candidate, given.stream().mapToInt(Given::points).sum(), given, against);
  }
}
