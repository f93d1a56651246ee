package dev.luthier.recipe;

import dev.luthier.reward.EnsembleWay;
import dev.luthier.reward.Score;
import java.util.Arrays;
import java.util.List;

/**
 * What one reward model says of K answers.
 *
 * @param scores of the answers, with their parts
 * @param totals (K) what the model says of each
 */
record Scored(String name, List<Score> scores, double[] totals) {
  /** The mean of its scores. */
  double mean() {
    return Arrays.stream(totals).average().orElseThrow();
  }

  /** Their standard deviation. */
  double deviation() {
    return Math.sqrt(EnsembleWay.variance(totals));
  }

  /** The scores with mean 0 and deviation 1; all 0 where they are equal. */
  double[] scaled() {
    double mean = mean();
    double deviation = deviation();
    return Arrays.stream(totals).map(r -> deviation > 0 ? (r - mean) / deviation : 0).toArray();
  }

  /** The names of its parts; none where it says one thing. */
  List<String> parts() {
    return List.copyOf(scores.get(0).parts().keySet());
  }

  /** What it says of each answer in one part. */
  double[] part(String name) {
    return scores.stream().mapToDouble(score -> score.parts().get(name)).toArray();
  }

  /** Several as one, each scaled first. */
  static double[] together(List<Scored> all, EnsembleWay way) {
    List<double[]> each = all.stream().map(Scored::scaled).toList();
    double[] out = new double[each.get(0).length];
    for (int k = 0; k < out.length; k++) {
      out[k] = way.of(at(each, k));
    }
    return out;
  }

  /** How little several agree on each answer: the standard deviation of their scaled scores. */
  static double[] spread(List<Scored> all) {
    List<double[]> each = all.stream().map(Scored::scaled).toList();
    double[] out = new double[each.get(0).length];
    for (int k = 0; k < out.length; k++) {
      out[k] = Math.sqrt(EnsembleWay.variance(at(each, k)));
    }
    return out;
  }

  private static double[] at(List<double[]> each, int k) {
    return each.stream().mapToDouble(one -> one[k]).toArray();
  }
}
