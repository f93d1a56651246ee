package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.loss.Outcome;
import java.util.Optional;

/** What says how good answers are by a metric, and what that counts for. */
@Doc("What says how good answers are by a metric, and what that counts for")
public record OutcomeMetric(
    @Doc("What scores every answer, from 0 to 1; a reward model's number r becomes" + " sigmoid(r)")
        Scorer scorer,
    @Doc("How much reward a score of 1 is worth over one of 0; 0: it is only measured")
        @Default("1")
        double weight,
    @Doc("Whether scores are to go up (truth) or down (toxicity)") @Default("up")
        Outcome.Direction direction,
    @Doc(
            "The least mean that the policy has to keep (where it is to go down, the most): while it"
                + " is missed the weight grows; unset: none")
        Optional<Double> floor) {
  public OutcomeMetric {
    new Outcome(weight, direction, floor); // checks them
  }

  /** What it counts for. */
  Outcome outcome() {
    return new Outcome(weight, direction, floor);
  }
}
