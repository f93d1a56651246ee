package dev.luthier.feedback;

/** Votes from 0 to 1 with their weights, summed up. */
final class Votes {
  private double sum;
  private double weight;

  void add(double vote, double w) {
    sum += w * vote;
    weight += w;
  }

  /** The weighted mean, sum_i w_i v_i / sum_i w_i; a half where there is no vote. */
  double mean() {
    return weight > 0 ? sum / weight : 0.5;
  }

  double weight() {
    return weight;
  }
}
