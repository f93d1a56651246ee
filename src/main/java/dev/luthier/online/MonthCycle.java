package dev.luthier.online;

import java.util.Locale;

/**
 * What came of a cycle.
 *
 * @param number counted from 1; 0 before the first
 * @param taste of the users at its end
 * @param habits of the model that is deployed at its end
 * @param score of that model, by that taste, in points
 * @param stale the score of the model of the beginning, by the same taste
 * @param votes in this cycle
 * @param caught how the filter did on them
 * @param pairs that were learnt from
 * @param agreed the share of these whose preference is that of the taste
 */
record MonthCycle(
    int number,
    SimulatedTaste taste,
    SimulatedHabits habits,
    double score,
    double stale,
    int votes,
    MonthCaught caught,
    int pairs,
    double agreed) {
  static final String HEAD =
      "cycle  true score  stale  right  opening  closing  advert  votes  precision  recall  weight"
          + "  pairs  agreed";

  String row() {
    return String.format(
        Locale.ROOT,
        "%5d  %10.1f  %5.1f  %5.3f  %7.3f  %7.3f  %6.3f  %5d  %9s  %6s  %6s  %5d  %6s",
        number,
        score,
        stale,
        habits.right(),
        habits.opening(),
        habits.closing(),
        habits.advert(),
        votes,
        share(caught.precision()),
        share(caught.recall()),
        share(caught.weight()),
        pairs,
        share(agreed));
  }

  static String share(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }
}
