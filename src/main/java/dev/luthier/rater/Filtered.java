package dev.luthier.rater;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Standing;
import java.util.List;
import java.util.Locale;

/**
 * What a filter says.
 *
 * @param decisions one for each feedback, in the order of time; a person's as it was
 * @param raters in the order of their names
 * @param beliefs what is true, by all votes that count
 */
public record Filtered(List<Decision> decisions, List<Reliability> raters, List<Belief> beliefs) {
  public Filtered {
    decisions = List.copyOf(decisions);
    raters = List.copyOf(raters);
    beliefs = List.copyOf(beliefs);
  }

  public long count(Standing standing) {
    return decisions.stream().filter(d -> d.standing() == standing).count();
  }

  /** A table of the raters, and what became of all feedback. */
  public String report() {
    int wide = raters.stream().mapToInt(r -> shown(r.rater()).length()).reduce(5, Math::max);
    String row = "%-" + wide + "s  %5s  %7s  %8s  %13s  %5s  %8s  %11s  %8s%n";
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            row,
            "rater",
            "votes",
            "gold",
            "accuracy",
            "weight",
            "group",
            "accepted",
            "quarantined",
            "rejected"));
    for (Reliability r : raters) {
      out.append(
          String.format(
              Locale.ROOT,
              row,
              shown(r.rater()),
              r.votes(),
              r.goldAsked() == 0 ? "-" : r.goldRight() + " of " + r.goldAsked(),
              "%.2f".formatted(r.accuracy()),
              "%.2f +- %.2f".formatted(r.weight(), r.deviation()),
              r.group() == 0 ? "-" : String.valueOf(r.group()),
              r.accepted(),
              r.quarantined(),
              r.rejected()));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "%,d accepted, %,d quarantined, %,d rejected%n",
            count(Standing.ACCEPTED),
            count(Standing.QUARANTINED),
            count(Standing.REJECTED)));
    return out.toString();
  }

  private static String shown(String rater) {
    return rater.length() <= 16 ? rater : rater.substring(0, 15) + "…";
  }
}
