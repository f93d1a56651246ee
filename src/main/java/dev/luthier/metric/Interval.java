package dev.luthier.metric;

/**
 * Between which two numbers a share lies with 95 % confidence.
 *
 * @param low from 0 to high
 * @param high at most 1
 */
public record Interval(double low, double high) {
  /** The 97.5 % point of the normal distribution. */
  private static final double Z = 1.959963984540054;

  /**
   * Wilson's interval (Wilson 1927, Probable Inference, the Law of Succession, and Statistical
   * Inference): all shares q that the one seen, p, is not further from than z standard errors of q,
   *
   * <pre>
   * (p + z^2 / 2n  -+  z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
   * </pre>
   *
   * @param hits from 0 to n; where some count by half, the interval is a little wide
   * @param n how many were tried; none leave everything open
   */
  public static Interval wilson(double hits, long n) {
    if (n == 0) {
      return new Interval(0, 1);
    }
    double p = hits / n;
    double square = Z * Z / n;
    double middle = p + square / 2;
    double half = Z * Math.sqrt(p * (1 - p) / n + square / (4.0 * n));
    return new Interval(
        Math.max(0, (middle - half) / (1 + square)), Math.min(1, (middle + half) / (1 + square)));
  }
}
