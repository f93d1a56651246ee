package dev.luthier.online;

/**
 * What users like, which nobody tells: a sum of weights of what {@link SimulatedForm} sees.
 *
 * <pre>
 * u(y) = right [y is right] + opening [y opens] + closing [y closes] + advert [y advertises]
 * </pre>
 */
record SimulatedTaste(double right, double opening, double closing, double advert) {
  /** They like to be told that it is done, and hardly notice an opening. */
  private static final SimulatedTaste FIRST = new SimulatedTaste(2, 0.25, 0.75, -1.5);

  /** They have had enough of closings, and like to be spoken to. */
  private static final SimulatedTaste LAST = new SimulatedTaste(2, 1.5, -1.5, -1.5);

  /**
   * @param share of the month that has passed, 0 to 1
   */
  static SimulatedTaste after(double share) {
    return new SimulatedTaste(
        between(FIRST.right, LAST.right, share),
        between(FIRST.opening, LAST.opening, share),
        between(FIRST.closing, LAST.closing, share),
        between(FIRST.advert, LAST.advert, share));
  }

  private static double between(double from, double to, double share) {
    return from + (to - from) * share;
  }

  /** How much an answer is liked. */
  double of(SimulatedForm form) {
    return (form.right() ? right : 0)
        + (form.opening() ? opening : 0)
        + (form.closing() ? closing : 0)
        + (form.advert() ? advert : 0);
  }

  /** What a model that writes so is worth, in points: 0 for the worst answers, 100 for the best. */
  double points(SimulatedHabits habits) {
    double u =
        right * habits.right()
            + opening * habits.opening()
            + closing * habits.closing()
            + advert * habits.advert();
    double best = 0;
    double worst = 0;
    for (double weight : new double[] {right, opening, closing, advert}) {
      best += Math.max(0, weight);
      worst += Math.min(0, weight);
    }
    return 100 * (u - worst) / (best - worst);
  }
}
