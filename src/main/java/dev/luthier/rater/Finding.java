package dev.luthier.rater;

import dev.luthier.feedback.Standing;

/**
 * Something that speaks against feedback.
 *
 * @param feedback its id
 * @param atBest what it may still become
 * @param factor what its weight is multiplied with
 * @param reason a sentence with the figures
 */
record Finding(String feedback, Standing atBest, double factor, String reason) {
  static Finding rejected(String feedback, String reason) {
    return new Finding(feedback, Standing.REJECTED, 0, reason);
  }

  /** A person should look at it. */
  static Finding doubted(String feedback, String reason) {
    return new Finding(feedback, Standing.QUARANTINED, 1, reason);
  }

  static Finding lessened(String feedback, double factor, String reason) {
    return new Finding(feedback, Standing.ACCEPTED, factor, reason);
  }
}
