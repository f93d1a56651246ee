package dev.luthier.feedback;

import dev.luthier.error.Check;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What was decided of feedback. Decisions are never changed: a later one stands in front of it.
 *
 * @param feedback the id of the feedback
 * @param weight how much it counts where it is learnt from, 0 to 1
 * @param reasons why, each one line
 * @param by {@link #FILTER}, or the person who decided
 * @param at to the microsecond, as the database keeps it
 */
public record Decision(
    String feedback,
    Standing standing,
    double weight,
    List<String> reasons,
    String by,
    Instant at) {
  /** Who decides where no person does. */
  public static final String FILTER = "filter";

  /**
   * @throws dev.luthier.error.UserError if a value breaks its rule
   */
  public Decision {
    Limit.name("decision.feedback", feedback);
    Limit.name("decision.by", by);
    Check.within("decision.weight", 0, 1, weight);
    reasons = List.copyOf(reasons);
    Check.atMost("decision.reasons", Limit.ASPECTS, reasons.size());
    reasons.forEach(reason -> Limit.text("decision.reasons", Limit.COMMENT, reason));
    at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /** Whether a person decided; the filter does not overrule one. */
  public boolean byPerson() {
    return !by.equals(FILTER);
  }
}
