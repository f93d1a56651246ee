package dev.luthier.advise;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One reason, with where it comes from: in such a situation these candidates get these points.
 *
 * @param name short, for people
 * @param when in words
 */
public record Rule(
    String name, Source source, String when, Predicate<Situation> applies, List<Vote> votes) {
  public Rule {
    votes = List.copyOf(votes);
  }

  /** Points for a candidate, below 0 against it. */
  public record Vote(Candidate candidate, int points) {}

  static Rule of(
      String name, Source source, String when, Predicate<Situation> applies, Vote... votes) {
    return new Rule(name, source, when, applies, List.of(votes));
  }

  static Vote give(int points, Candidate candidate) {
    return new Vote(candidate, points);
  }

  /** What it gives a candidate. */
  int points(Candidate candidate) {
    return votes.stream().filter(v -> v.candidate() == candidate).mapToInt(Vote::points).sum();
  }

  /** The same votes for several. */
  static Vote[] each(int points, Candidate... candidates) {
    List<Vote> out = new ArrayList<>();
    for (Candidate c : candidates) {
      out.add(give(points, c));
    }
    return out.toArray(Vote[]::new);
  }
}
