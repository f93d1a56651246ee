package dev.luthier.rater;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Decides what of all feedback is learnt from, and how much it counts. The same feedback gives the
 * same decisions, in whatever order it comes.
 */
@Doc("What of the feedback is learnt from, and how much it counts")
public record Filter(
    @Doc("What is believed of a rater before anything was seen") @Default("{}") Prior prior,
    @Doc(
            "How many ordinary votes a vote on a question of known answer is worth for what is"
                + " believed of its rater")
        @Default("3")
        double gold,
    @Doc(
            "The least weight of feedback that is accepted, 0 to 1; below it, feedback is"
                + " quarantined while the rater's weight is uncertain, and rejected after")
        @Default("0.2")
        double least,
    @Doc(
            "The days after which a vote counts half for what is believed of its rater, and beside"
                + " a vote of today on the same question: the shorter, the sooner a preference may"
                + " drift")
        @Default("30")
        double halfLife,
    @Doc("How much a rater may say in a time; what is beyond is rejected") @Default("{}")
        Flood flood,
    @Doc("Whether a rater had time to read; what came sooner counts less, in the same measure")
        @Default("{}")
        Reading reading,
    @Doc("What edits and comments have to be like") @Default("{}") Texts text,
    @Doc("When raters are taken to act together") @Default("{}") Collusion collusion) {
  /** As a recipe has it that says nothing. */
  public static final Filter USUAL =
      new Filter(
          Prior.USUAL,
          3,
          0.2,
          30,
          new Flood(60, 60),
          new Reading(80),
          new Texts(0.8, 0.1, 6),
          new Collusion(0.01, 0.1, 10));

  public Filter {
    Check.atLeast("filter.gold", 0.0, gold);
    Check.below("filter.least", 0, 1, least);
    Check.above("filter.half_life", 0, halfLife);
  }

  /**
   * Decides as of the time of the newest feedback.
   *
   * @param all all that counts for what is believed of raters, with what was decided before; what a
   *     person decided stays
   */
  public Filtered apply(List<Judged> all, List<Gold> gold) {
    Instant now =
        all.stream()
            .map(j -> j.feedback().at())
            .max(Comparator.naturalOrder())
            .orElse(Instant.EPOCH);
    return apply(all, gold, now);
  }

  /**
   * Decides as of a time.
   *
   * @param now the time of the decisions, from which the age of votes is counted
   */
  public Filtered apply(List<Judged> all, List<Gold> gold, Instant now) {
    List<Judged> sorted =
        all.stream()
            .sorted(
                Comparator.comparing(
                    Judged::feedback,
                    Comparator.comparing(Feedback::at).thenComparing(Feedback::id)))
            .toList();
    Evidence evidence = Evidence.of(this, sorted);
    Ballot ballot = Ballot.of(this, sorted, evidence, gold, now);
    return new Verdict(this, sorted, evidence, ballot, now).filtered();
  }

  /** What remains after a time of a weight that halves. */
  double share(Instant then, Instant now) {
    double days = Duration.between(then, now).toMillis() / 86_400_000.0;
    return Math.pow(0.5, Math.max(0, days) / halfLife);
  }

  DawidSkene raters() {
    return new DawidSkene(prior, gold);
  }

  List<Detector> detectors() {
    return List.of(new Repeats(), flood, reading, text, new Contradictions());
  }
}
