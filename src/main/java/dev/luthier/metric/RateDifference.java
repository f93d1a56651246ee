package dev.luthier.metric;

/**
 * By how much one share lies above another one, and between which two numbers that lies with 95 %
 * confidence: Newcombe's interval out of Wilson's two (Newcombe 1998, Interval Estimation for the
 * Difference between Independent Proportions, method 10). With (l_1, u_1) and (l_2, u_2) of the two
 * shares,
 *
 * <pre>
 * low  = p_1 - p_2 - sqrt((p_1 - l_1)^2 + (u_2 - p_2)^2)
 * high = p_1 - p_2 + sqrt((u_1 - p_1)^2 + (p_2 - l_2)^2)
 * </pre>
 *
 * @param difference p_1 - p_2; where nothing was tried, p is taken to be a half
 * @param low at least -1
 * @param high at most 1
 */
public record RateDifference(double difference, double low, double high) {
  /**
   * @param hits of n
   * @param others hits of the other share, of m
   */
  public static RateDifference of(double hits, long n, double others, long m) {
    double p = n == 0 ? 0.5 : hits / n;
    double q = m == 0 ? 0.5 : others / m;
    Interval first = Interval.wilson(hits, n);
    Interval second = Interval.wilson(others, m);
    return new RateDifference(
        p - q,
        Math.max(-1, p - q - Math.hypot(p - first.low(), second.high() - q)), // low
        Math.min(1, p - q + Math.hypot(first.high() - p, q - second.low()))); // high
  }
}
