package dev.luthier.judge;

import dev.luthier.metric.Regression;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a judge likes length. Longer answers may be better ones, so what counts is by how much
 * the judge takes the longer one more often than the file's labels do.
 *
 * @param judge how often the longer one wins, of decided pairs of unlike length
 * @param labels the same by the file's labels, of the pairs of these that have one
 * @param correlation of the difference in length with the probability; NaN where there is none
 */
record LengthTaste(Share judge, Share labels, double correlation) {
  static LengthTaste of(List<Verdict> verdicts) {
    List<Verdict> unlike = verdicts.stream().filter(v -> v.longer() != 0 && v.said() != 0).toList();
    double[] difference = verdicts.stream().mapToDouble(Verdict::difference).toArray();
    double[] said = verdicts.stream().mapToDouble(v -> v.opinion().probability()).toArray();
    return new LengthTaste(
        Share.of(unlike, v -> v.said() == v.longer()),
        Share.of(
            unlike.stream().filter(v -> v.labelled() != 0).toList(),
            v -> v.labelled() == v.longer()),
        verdicts.isEmpty() ? Double.NaN : both(difference, said));
  }

  /**
   * The correlation over the pairs both ways round, as which is named first is nobody's opinion.
   */
  private static double both(double[] difference, double[] said) {
    int n = said.length;
    double[] x = new double[2 * n];
    double[] y = new double[2 * n];
    for (int i = 0; i < n; i++) {
      x[i] = difference[i];
      y[i] = said[i];
      x[n + i] = 0 - difference[i];
      y[n + i] = 1 - said[i];
    }
    return Regression.of(x, y).pearson();
  }

  List<String> lines() {
    if (judge.of() == 0) {
      return List.of("length     no decided pair has answers of unlike length");
    }
    String base = labels.of() == 0 ? "" : "; by the file's labels in %s".formatted(labels.told());
    return List.of(
        "length     the longer answer wins in %s of %d decided pairs of unlike length%s"
            .formatted(judge.told(), judge.of(), base),
        String.format(
            Locale.ROOT,
            "           correlation of the difference in length with the verdict %.3f",
            correlation));
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("longer_wins", judge.json());
    out.put("longer_wins_by_labels", labels.json());
    out.put("correlation", Double.isNaN(correlation) ? null : correlation);
    return out;
  }
}
