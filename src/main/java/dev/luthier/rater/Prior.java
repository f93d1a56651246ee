package dev.luthier.rater;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** What is believed of a rater before anything was seen. */
@Doc("What is believed of a rater before anything was seen")
public record Prior(
    @Doc("The share of right votes that a new rater is taken to have, above 0.5") @Default("0.75")
        double accuracy,
    @Doc("How many votes this belief is worth, on each side of a question") @Default("4")
        double votes) {
  /** As a recipe has it that says nothing. */
  public static final Prior USUAL = new Prior(0.75, 4);

  public Prior {
    Check.above("filter.prior.accuracy", 0.5, accuracy);
    Check.below("filter.prior.accuracy", 0.5, 1, accuracy);
    Check.above("filter.prior.votes", 0, votes);
  }

  /** A rater of whom nothing was seen. */
  Confusion confusion() {
    return new Confusion(accuracy, accuracy, votes, votes);
  }
}
