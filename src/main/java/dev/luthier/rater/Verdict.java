package dev.luthier.rater;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Decides on each feedback by what speaks against it and what is known of its rater. */
final class Verdict {
  private static final double SURE = 2; // standard deviations
  private static final int MOST = 16; // reasons of one decision

  private final Filter filter;
  private final List<Judged> all;
  private final Evidence evidence;
  private final Ballot ballot;
  private final List<Known> known;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Instant now;

  Verdict(Filter filter, List<Judged> all, Evidence evidence, Ballot ballot, Instant now) {
    this.filter = filter;
    this.all = all;
    this.evidence = evidence;
    this.ballot = ballot;
    this.known = Known.of(ballot, filter.prior());
    ballot.names().forEach(name -> numbers.put(name, numbers.size()));
    this.now = now;
  }

  Filtered filtered() {
    List<Decision> decisions = all.stream().map(this::decided).toList();
    List<Belief> beliefs = new ArrayList<>();
    ballot
        .parts()
        .values()
        .forEach(
            part -> {
              for (int q = 0; q < part.questions().size(); q++) {
                beliefs.add(Belief.of(part.questions().get(q), part.found().truth(q)));
              }
            });
    return new Filtered(decisions, raters(decisions), beliefs);
  }

  private Decision decided(Judged judged) {
    return judged.decision().filter(Decision::byPerson).orElseGet(() -> decide(judged));
  }

  private Decision decide(Judged judged) {
    Feedback f = judged.feedback();
    int rater = numbers.getOrDefault(f.rater(), 0);
    List<String> reasons = new ArrayList<>();
    evidence.against(judged).stream().map(Finding::reason).forEach(reasons::add);
    Standing standing = evidence.atBest(judged);
    List<Question.Word> words = Question.of(f);
    Confusion errs = known.get(rater).on(words);
    double weight = errs.weight() * evidence.factor(judged);
    reasons.add(known.get(rater).reason(words));
    if (ballot.groups().has(rater)) {
      int size = ballot.groups().size(rater);
      weight /= size;
      standing = worse(standing, Standing.QUARANTINED);
      reasons.add(ballot.groups().reason(rater, ballot.names()));
      reasons.add("the %d of them have one voice together".formatted(size));
    }
    standing = worse(standing, byWeight(errs, weight, reasons));
    return new Decision(
        f.id(),
        standing,
        standing == Standing.REJECTED ? 0 : weight,
        reasons.subList(0, Math.min(MOST, reasons.size())),
        Decision.FILTER,
        now);
  }

  /** Whether the weight suffices, and if it does not, whether that is certain. */
  private Standing byWeight(Confusion errs, double weight, List<String> reasons) {
    double least = filter.least();
    if (errs.informedness() + SURE * errs.deviation() < least) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "the rater's weight is below the least of %.2f by more than %.0f deviations",
              least,
              SURE));
      return Standing.REJECTED;
    }
    if (weight < least) {
      reasons.add(
          String.format(
              Locale.ROOT, "its weight of %.2f is below the least of %.2f", weight, least));
      return Standing.QUARANTINED;
    }
    return Standing.ACCEPTED;
  }

  private static Standing worse(Standing a, Standing b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private List<Reliability> raters(List<Decision> decisions) {
    int[][] counts = new int[ballot.names().size()][Standing.values().length];
    for (int i = 0; i < all.size(); i++) {
      int rater = numbers.getOrDefault(all.get(i).feedback().rater(), 0);
      counts[rater][decisions.get(i).standing().ordinal()]++;
    }
    List<Reliability> out = new ArrayList<>();
    for (int r = 0; r < counts.length; r++) {
      Known of = known.get(r);
      Confusion errs = of.all();
      out.add(
          new Reliability(
              ballot.names().get(r),
              of.count(),
              of.goldAsked(),
              of.goldRight(),
              (errs.sensitivity() + errs.specificity()) / 2,
              errs.weight(),
              errs.deviation(),
              ballot.groups().of().getOrDefault(r, 0),
              counts[r][Standing.ACCEPTED.ordinal()],
              counts[r][Standing.QUARANTINED.ordinal()],
              counts[r][Standing.REJECTED.ordinal()]));
    }
    return out;
  }
}
