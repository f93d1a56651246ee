package dev.luthier.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each. Definitions: scikit-learn's {@code confusion_matrix},
 * {@code accuracy_score}, {@code precision_recall_fscore_support}, {@code matthews_corrcoef}.
 *
 * @param counts (C, C): row the true class, column the predicted one
 */
public record ConfusionMatrix(long[][] counts) {

  public ConfusionMatrix {
    for (long[] row : counts) {
      if (row.length != counts.length) {
        throw new IllegalArgumentException("the matrix must be square");
      }
    }
  }

  /**
   * @param truth (n) class ids from 0 to classes - 1
   * @param predicted (n)
   */
  public static ConfusionMatrix of(int[] truth, int[] predicted, int classes) {
    if (truth.length != predicted.length || truth.length == 0) {
      throw new IllegalArgumentException(
          truth.length + " true classes with " + predicted.length + " predictions");
    }
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < truth.length; i++) {
      counts[truth[i]][predicted[i]]++;
    }
    return new ConfusionMatrix(counts);
  }

  public int classes() {
    return counts.length;
  }

  /** All that was classified. */
  public long total() {
    return Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
  }

  /** What was classified right. */
  public long hits() {
    return IntStream.range(0, counts.length).mapToLong(c -> counts[c][c]).sum();
  }

  /** How many there are of a class. */
  public long support(int c) {
    return Arrays.stream(counts[c]).sum();
  }

  /** How many were taken for a class. */
  public long predicted(int c) {
    return Arrays.stream(counts).mapToLong(row -> row[c]).sum();
  }

  /** The share that was classified right. */
  public double accuracy() {
    return Scores.quotient(hits(), total());
  }

  /** Precision, recall and F1 of one class. */
  public Scores scores(int c) {
    return Scores.of(counts[c][c], predicted(c), support(c));
  }

  /**
   * Matthews' correlation in its form for any number of classes (Gorodkin 2004, "Comparing two
   * K-category assignments by a K-category correlation coefficient"), from -1 to 1; 0 where truth
   * or prediction has one class only.
   */
  public double matthews() {
    double n = total();
    double both = 0;
    double found = 0;
    double there = 0;
    for (int c = 0; c < classes(); c++) {
      both += (double) predicted(c) * support(c);
      found += (double) predicted(c) * predicted(c);
      there += (double) support(c) * support(c);
    }
    return Scores.quotient(hits() * n - both, Math.sqrt(n * n - found) * Math.sqrt(n * n - there));
  }
}
