package dev.luthier.rater;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the votes say of one rater.
 *
 * @param by how the rater errs on each kind of question; only kinds that the rater voted on
 * @param votes how many on each
 * @param goldAsked votes on questions whose truth is known
 * @param goldRight of these the right ones
 */
record Known(
    Map<Question.Kind, Confusion> by,
    Map<Question.Kind, Integer> votes,
    int goldAsked,
    int goldRight,
    Confusion unknown) {

  /** Of every rater, in the order of their numbers. */
  static List<Known> of(Ballot ballot, Prior prior) {
    int n = ballot.names().size();
    List<Map<Question.Kind, Confusion>> by = new ArrayList<>();
    List<Map<Question.Kind, Integer>> votes = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      by.add(new EnumMap<>(Question.Kind.class));
      votes.add(new EnumMap<>(Question.Kind.class));
    }
    int[] asked = new int[n];
    int[] right = new int[n];
    ballot
        .parts()
        .forEach(
            (kind, part) -> {
              for (Vote vote : part.votes().votes()) {
                int rater = vote.rater();
                by.get(rater).put(kind, part.found().raters()[rater]);
                votes.get(rater).merge(kind, 1, Integer::sum);
                Boolean known = part.votes().known()[vote.question()];
                if (known != null) {
                  asked[rater]++;
                  right[rater] += known == vote.yes() ? 1 : 0;
                }
              }
            });
    List<Known> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      out.add(new Known(by.get(i), votes.get(i), asked[i], right[i], prior.confusion()));
    }
    return out;
  }

  int count() {
    return votes.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How the rater errs on all kinds together: the mean by the number of votes. */
  Confusion all() {
    if (by.isEmpty()) {
      return unknown;
    }
    double yes = 0;
    double no = 0;
    double sensitivity = 0;
    double specificity = 0;
    for (Confusion c : by.values()) {
      yes += c.yes();
      no += c.no();
      sensitivity += c.yes() * c.sensitivity();
      specificity += c.no() * c.specificity();
    }
    return new Confusion(sensitivity / yes, specificity / no, yes, no);
  }

  /** A sentence on how far the rater's word on such a question is worth something. */
  String reason(List<Question.Word> words) {
    String gold =
        goldAsked == 0
            ? ""
            : "; %d of %d questions with a known answer right".formatted(goldRight, goldAsked);
    if (words.isEmpty()) {
      Confusion c = all();
      return by.isEmpty()
          ? "nothing is known of the rater yet: weight %.2f".formatted(c.weight())
          : String.format(
              Locale.ROOT,
              "by %d votes the rater's word is worth %.2f +- %.2f%s",
              count(),
              c.weight(),
              c.deviation(),
              gold);
    }
    Question.Kind kind = words.get(0).question().kind();
    Confusion c = on(words);
    return String.format(
        Locale.ROOT,
        "by %d votes on %s the rater says %s in %.0f %% of the cases where it is, and in %.0f %%"
            + " where it is not: weight %.2f +- %.2f%s%s",
        votes.getOrDefault(kind, 0),
        kind.said,
        kind == Question.Kind.BETTER ? "that the first is better" : "good",
        100 * c.sensitivity(),
        100 * (1 - c.specificity()),
        c.weight(),
        c.deviation(),
        c.informedness() < 0 ? " (0 for who says the contrary of the truth)" : "",
        gold);
  }

  /** How the rater errs where these are said. */
  Confusion on(List<Question.Word> words) {
    return words.isEmpty() ? all() : by.getOrDefault(words.get(0).question().kind(), unknown);
  }
}
