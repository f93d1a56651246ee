package dev.luthier.rater;

/**
 * How a rater answers questions of yes or no, depending on the truth: the two rows of the confusion
 * matrix. Raters need not err alike on both sides: who says yes to everything has 1 and 0.
 *
 * @param sensitivity the probability of a yes where the truth is yes
 * @param specificity the probability of a no where it is no
 * @param yes how many votes the first stands on, the prior's among them
 * @param no the second
 */
record Confusion(double sensitivity, double specificity, double yes, double no) {

  /**
   * Youden's J = sensitivity + specificity - 1 (Youden 1950, Index for Rating Diagnostic Tests): 1
   * for a rater who is never wrong, 0 for one whose votes say nothing about the truth, negative for
   * one who says the contrary. It is the share of votes that knowledge decides where the others
   * fall to a coin, heads as often as the rater says yes without knowledge.
   */
  double informedness() {
    return sensitivity + specificity - 1;
  }

  /** How much a vote counts, 0 to 1; the contrary of what an inverted rater says is never used. */
  double weight() {
    return Math.max(0, Math.min(1, informedness()));
  }

  /** How uncertain J is: the standard deviation of two independent Beta distributions' sum. */
  double deviation() {
    return Math.sqrt(variance(sensitivity, yes) + variance(specificity, no));
  }

  private static double variance(double mean, double count) {
    return mean * (1 - mean) / (count + 1);
  }

  /** The log-odds that a vote adds to those of a yes. */
  double evidence(boolean vote) {
    return vote
        ? Math.log(sensitivity / (1 - specificity))
        : Math.log((1 - sensitivity) / specificity);
  }

  /** The probability that this rater votes yes, where the truth is yes with a probability. */
  double saysYes(double truth) {
    return truth * sensitivity + (1 - truth) * (1 - specificity);
  }
}
