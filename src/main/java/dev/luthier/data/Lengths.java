package dev.luthier.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The lengths of rows, in tokens.
 *
 * @param sorted ascending
 */
public record Lengths(int[] sorted) {
  private static final int BINS = 8;
  private static final int WIDTH = 40;

  public Lengths {
    sorted = sorted.clone();
    Arrays.sort(sorted);
  }

  public int count() {
    return sorted.length;
  }

  /** The sum of all lengths. */
  public long total() {
    return Arrays.stream(sorted).asLongStream().sum();
  }

  /**
   * The smallest length that at least this share of the rows does not exceed (nearest rank).
   *
   * @param share above 0, at most 1; there must be a row
   */
  public int percentile(double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  /** One line of numbers and up to eight bars; empty without rows. */
  public String render() {
    if (sorted.length == 0) {
      return "";
    }
    int min = sorted[0];
    int max = sorted[sorted.length - 1];
    StringBuilder out = new StringBuilder();
    out.append(
        "length in tokens: min %d, median %d, 90%% %d, 99%% %d, max %d%n"
            .formatted(min, percentile(0.5), percentile(0.9), percentile(0.99), max));
    int width = (max - min) / BINS + 1;
    int[] bins = new int[(max - min) / width + 1];
    Arrays.stream(sorted).forEach(n -> bins[(n - min) / width]++);
    int most = IntStream.of(bins).max().orElse(1);
    for (int i = 0; i < bins.length; i++) {
      int from = min + i * width;
      out.append(
          String.format(
              Locale.ROOT,
              "%7d-%-7d %-" + WIDTH + "s %d%n",
              from,
              Math.min(max, from + width - 1),
              "#".repeat((int) Math.ceil((double) WIDTH * bins[i] / most)),
              bins[i]));
    }
    return out.toString();
  }
}
