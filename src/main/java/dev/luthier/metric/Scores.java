package dev.luthier.metric;

/**
 * Precision, recall and their harmonic mean, each from 0 to 1. A quotient without a denominator
 * (nothing predicted, nothing there) is 0, as scikit-learn and seqeval have it.
 */
public record Scores(double precision, double recall, double f1) {

  /**
   * @param hits found and right
   * @param found all that was found
   * @param there all that is there
   */
  static Scores of(long hits, long found, long there) {
    return new Scores(
        quotient(hits, found), quotient(hits, there), quotient(2.0 * hits, (double) found + there));
  }

  static double quotient(double numerator, double denominator) {
    return denominator == 0 ? 0 : numerator / denominator;
  }
}
