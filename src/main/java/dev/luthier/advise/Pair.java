package dev.luthier.advise;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** An objective with what trains. Its points are the sum of both sides'. */
public record Pair(Standing objective, Standing tuning) {
  public Objective what() {
    return (Objective) objective.candidate();
  }

  public Tuning by() {
    return (Tuning) tuning.candidate();
  }

  public int points() {
    return objective.points() + tuning.points();
  }

  public String title() {
    return what().title() + " with " + by().title();
  }

  /**
   * All that nothing rules out, the most points first; of equals the one whose objective has more,
   * then the one whose objective, then whose tuning comes first in the tables' order.
   */
  public static List<Pair> ranked(Situation s) {
    List<Standing> tunings =
        Arrays.stream(Tuning.values())
            .map(t -> Standing.of(t, s))
            .filter(t -> t.against().isEmpty())
            .toList();
    return Arrays.stream(Objective.values())
        .map(o -> Standing.of(o, s))
        .filter(o -> o.against().isEmpty())
        .flatMap(o -> tunings.stream().map(t -> new Pair(o, t)))
        .sorted(
            Comparator.comparingInt(Pair::points)
                .reversed()
                .thenComparing(p -> -p.objective().points())
                .thenComparing(Pair::what)
                .thenComparing(Pair::by))
        .toList();
  }
}
