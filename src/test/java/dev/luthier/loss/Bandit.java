package dev.luthier.loss;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A policy over a few answers to one prompt, as a softmax, with a reference and all pairs of
 * answers as data: small enough that theory says where it ends. Everything is in float64.
 */
public final class Bandit {
  private final double[] reference;

  /**
   * @param reference the probabilities of the answers
   */
  public Bandit(double... reference) {
    this.reference = reference.clone();
  }

  /** What the preference loss of all pairs comes to after so many steps of gradient descent. */
  public double[] fit(Objective loss, double[][] preferred, int steps, double rate) {
    List<double[]> course = course(loss, preferred, steps, rate);
    return course.get(steps);
  }

  /**
   * The policy before the first step, and after each.
   *
   * @param preferred how probably answer i is held to be better than answer j
   */
  public List<double[]> course(Objective loss, double[][] preferred, int steps, double rate) {
    int k = reference.length;
    List<Integer> first = new ArrayList<>();
    List<Integer> second = new ArrayList<>();
    for (int i = 0; i < k; i++) {
      for (int j = i + 1; j < k; j++) {
        first.add(i);
        second.add(j);
      }
    }
    List<double[]> out = new ArrayList<>();
    try (Scope scope = new Scope()) {
      Tensor log = PairExample.doubles(reference).log(); // (K)
      Tensor theta = log.clone().set_requires_grad(true); // (K)
      PairLabels labels =
          PairLabels.soft(
              PairExample.doubles(pairwise(first, second, (i, j) -> preferred[i][j]))); // (P)
      for (int step = 0; step <= steps; step++) {
        try (Scope inner = new Scope()) {
          Tensor policy = theta.log_softmax(0); // (K)
          out.add(PairExample.values(policy.exp()));
          PairLogps pairs = new PairLogps(chosen(policy, log, first), chosen(policy, log, second));
          loss.of(pairs, labels).mean().backward();
          try (AutoGradMode off = Ops.noGrad()) {
            theta.sub_(theta.grad().mul(Ops.scalar(rate)));
            theta.grad().zero_();
          }
        }
      }
    }
    return out;
  }

  /** (P) what pairs cost. */
  public interface Objective {
    Tensor of(PairLogps pairs, PairLabels labels);
  }

  private interface Cell {
    double of(int i, int j);
  }

  private static double[] pairwise(List<Integer> first, List<Integer> second, Cell cell) {
    double[] out = new double[first.size()];
    for (int p = 0; p < out.length; p++) {
      out[p] = cell.of(first.get(p), second.get(p));
    }
    return out;
  }

  private static Logps chosen(Tensor policy, Tensor reference, List<Integer> which) {
    long[] at = which.stream().mapToLong(i -> i).toArray();
    Tensor index = Ops.longs(at, Compute.CPU);
    Tensor own = policy.index_select(0, index);
    return new Logps(own, own.detach().new_ones(own.size(0)), reference.index_select(0, index));
  }

  /** pi_ref exp(exponents), normalised. */
  public double[] tilted(double... exponents) {
    double[] out = new double[reference.length];
    double sum = 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = reference[i] * Math.exp(exponents[i]);
      sum += out[i];
    }
    for (int i = 0; i < out.length; i++) {
      out[i] /= sum;
    }
    return out;
  }

  /** Bradley-Terry: sigmoid(r_i - r_j). */
  public static double[][] bradleyTerry(double... rewards) {
    double[][] out = new double[rewards.length][rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      for (int j = 0; j < rewards.length; j++) {
        out[i][j] = PairExample.sigmoid(rewards[i] - rewards[j]);
      }
    }
    return out;
  }

  /**
   * Two answers of which the first always wins: log(pi(0) / pi_ref(0)) - log(pi(1) / pi_ref(1))
   * before the first step and after each.
   */
  public static double[] alwaysWon(PairLoss loss, int steps, double rate) {
    Bandit two = new Bandit(0.5, 0.5);
    return two.course(loss::of, new double[][] {{0.5, 1}, {0, 0.5}}, steps, rate).stream()
        .mapToDouble(p -> Math.log(p[0] / p[1]))
        .toArray();
  }
}
