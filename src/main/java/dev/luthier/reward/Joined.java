package dev.luthier.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scores of several rewards as one, each of them a part of it by its name. */
final class Joined {
  private final double[] totals;
  private final List<Map<String, Double>> parts = new ArrayList<>();

  /** What one score adds to what there is. */
  interface By {
    double of(double total, double score);
  }

  /**
   * @param neutral what there is before the first
   */
  Joined(int answers, double neutral) {
    totals = new double[answers];
    Arrays.fill(totals, neutral);
    for (int i = 0; i < answers; i++) {
      parts.add(new LinkedHashMap<>());
    }
  }

  void with(String name, List<Score> scores, By by) {
    for (int i = 0; i < totals.length; i++) {
      totals[i] = by.of(totals[i], scores.get(i).total());
      scores.get(i).under(name, parts.get(i));
    }
  }

  List<Score> scores() {
    List<Score> out = new ArrayList<>();
    for (int i = 0; i < totals.length; i++) {
      out.add(new Score(totals[i], parts.get(i)));
    }
    return out;
  }
}
