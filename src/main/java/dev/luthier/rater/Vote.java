package dev.luthier.rater;

/**
 * A rater's yes or no to a question.
 *
 * @param question its number
 * @param rater its number
 * @param counts how much it counts for what is believed of the rater, by its age; 0 to 1
 * @param moves how much it counts for what is believed of the question; 0 to 1
 */
record Vote(int question, int rater, boolean yes, double counts, double moves) {

  /** The same, which no longer moves the truth; the rater is still measured by it. */
  Vote heard() {
    return new Vote(question, rater, yes, counts, 0);
  }
}
