package dev.luthier.metric;

import org.apache.commons.math3.stat.correlation.Covariance;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.commons.math3.stat.ranking.NaturalRanking;

/**
 * How near predicted numbers come to the true ones.
 *
 * @param pearson the linear correlation, from -1 to 1; NaN where either side is constant or there
 *     are fewer than two numbers, as scipy has it
 * @param spearman the correlation of the ranks, equal numbers sharing the mean of their ranks
 * @param squared the mean squared error
 * @param absolute the mean absolute error
 */
public record Regression(double pearson, double spearman, double squared, double absolute) {

  /**
   * @param truth (n), n at least 1
   * @param predicted (n); where a number is NaN, so are the results
   */
  public static Regression of(double[] truth, double[] predicted) {
    int n = truth.length;
    if (n != predicted.length || n == 0) {
      throw new IllegalArgumentException(n + " true numbers with " + predicted.length);
    }
    double squared = 0;
    double absolute = 0;
    for (int i = 0; i < n; i++) {
      double error = predicted[i] - truth[i];
      squared += error * error / n;
      absolute += Math.abs(error) / n;
    }
    if (n < 2 || Double.isNaN(squared)) {
      return new Regression(Double.NaN, Double.NaN, squared, absolute);
    }
    NaturalRanking ranking = new NaturalRanking(); // ties share their mean rank
    return new Regression(
        correlation(truth, predicted),
        correlation(ranking.rank(truth), ranking.rank(predicted)),
        squared,
        absolute);
  }

  /** cov(x, y) / (sd(x) sd(y)); the library's own correlation is the root of R^2, good to 1e-8. */
  private static double correlation(double[] x, double[] y) {
    StandardDeviation deviation = new StandardDeviation();
    double spread = deviation.evaluate(x) * deviation.evaluate(y);
    double r = spread == 0 ? Double.NaN : new Covariance().covariance(x, y) / spread;
    return Double.isNaN(r) ? r : Math.max(-1, Math.min(1, r));
  }
}
