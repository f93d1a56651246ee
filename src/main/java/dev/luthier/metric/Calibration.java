package dev.luthier.metric;

/**
 * Whether what is said with confidence c is right in a share c of the cases: the expected
 * calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599, eq. 3) over bins of equal
 * width,
 *
 * <pre>
 * ECE = sum_b n_b / n |mean right in b - mean confidence in b|
 * </pre>
 */
public final class Calibration {
  private static final int BINS = 10;

  private final double least;
  private final double[] confidence = new double[BINS];
  private final double[] right = new double[BINS];
  private long count;

  /**
   * @param least where the first bin begins: the smallest confidence that there can be
   */
  public Calibration(double least) {
    this.least = least;
  }

  /**
   * Adds one case.
   *
   * @param confidence from the least to 1
   * @param right 1 or 0, or the share of those who say so
   */
  public void add(double confidence, double right) {
    int bin = (int) (BINS * (confidence - least) / (1 - least));
    int at = Math.max(0, Math.min(BINS - 1, bin));
    this.confidence[at] += confidence;
    this.right[at] += right;
    count++;
  }

  /** From 0 to 1; NaN without a case. */
  public double error() {
    double sum = 0;
    for (int b = 0; b < BINS; b++) {
      sum += Math.abs(right[b] - confidence[b]); // n_b cancels
    }
    return sum / count;
  }
}
