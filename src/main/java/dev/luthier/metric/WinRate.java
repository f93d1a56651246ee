package dev.luthier.metric;

/**
 * How often one of two answers is the better one.
 *
 * @param wins of the one that is asked about
 * @param ties where none is better
 * @param losses of it
 */
public record WinRate(long wins, long ties, long losses) {
  /** Scores that differ by less, in units of the larger one or of 1, are the same. */
  private static final double SAME = 1e-5; // rounding in float32, by rows that are read together

  public WinRate {
    if (wins < 0 || ties < 0 || losses < 0) {
      throw new IllegalArgumentException("%d, %d, %d".formatted(wins, ties, losses));
    }
  }

  /** Which of two scores is the higher one: 1 for the first, -1 for the second, 0 for none. */
  public static int compare(double score, double other) {
    double most = Math.max(1, Math.max(Math.abs(score), Math.abs(other)));
    return Math.abs(score - other) <= SAME * most ? 0 : Double.compare(score, other);
  }

  public long count() {
    return wins + ties + losses;
  }

  /** A tie is half a win. */
  public double rate() {
    return count() == 0 ? Double.NaN : hits() / count();
  }

  /** Of the rate; with ties it is a little wide. */
  public Interval interval() {
    return Interval.wilson(hits(), count());
  }

  private double hits() {
    return wins + ties / 2.0;
  }
}
