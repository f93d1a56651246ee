package dev.luthier.recipe;

import dev.luthier.metric.BestOfN;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the best of n answers is worth in the mean over prompts, for every n up to the number that
 * was drawn.
 */
record BestCurve(List<Point> points) {
  /**
   * @param kl how far the best of n is from the model that drew, in nats an answer
   * @param score of the best by what chooses
   * @param gold of the same answer by what is only measured; not a number where nothing is
   */
  record Point(int n, double kl, double score, double gold) {}

  static BestCurve of(List<Candidates> all) {
    double[] score = mean(all, c -> BestOfN.of(c.worth()));
    double[] gold = mean(all, c -> BestOfN.of(c.worth(), c.gold()));
    List<Point> points = new ArrayList<>();
    for (int n = 1; n <= score.length; n++) {
      points.add(new Point(n, BestOfN.kl(n), score[n - 1], gold[n - 1]));
    }
    return new BestCurve(List.copyOf(points));
  }

  private static double[] mean(List<Candidates> all, Function<Candidates, double[]> of) {
    double[] sum = new double[all.get(0).answers().size()];
    for (Candidates one : all) {
      double[] own = of.apply(one);
      Arrays.setAll(sum, i -> sum[i] + own[i] / all.size());
    }
    return sum;
  }

  private boolean hasGold() {
    return !Double.isNaN(points.get(0).gold());
  }

  Point first() {
    return points.get(0);
  }

  Point last() {
    return points.get(points.size() - 1);
  }

  /** A table of powers of two and the last one. */
  String table() {
    StringBuilder out =
        new StringBuilder(
            "%6s %8s %10s%s".formatted("n", "KL", "score", hasGold() ? "      gold" : ""));
    for (Point p : points) {
      if (Integer.bitCount(p.n()) == 1 || p.n() == points.size()) {
        out.append(System.lineSeparator())
            .append("%6d %8.3f %10.4f".formatted(p.n(), p.kl(), p.score()));
        if (hasGold()) {
          out.append("%10.4f".formatted(p.gold()));
        }
      }
    }
    return out.toString();
  }

  /** For programs. */
  List<Map<String, Object>> json() {
    return points.stream()
        .map(
            p -> {
              Map<String, Object> out = new LinkedHashMap<>();
              out.put("n", p.n());
              out.put("kl", p.kl());
              out.put("score", p.score());
              if (hasGold()) {
                out.put("gold", p.gold());
              }
              return out;
            })
        .toList();
  }
}
