package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A policy over a few answers of one token to one prompt that learns from its own answers: 1,000 in
 * a rollout, drawn evenly from its distribution, so that there is nearly no noise; two steps on
 * each rollout, the second off policy. Everything is in float64.
 */
final class PolicyBandit {
  private static final int ANSWERS = 1000;
  private static final int STEPS = 2;
  private final double[] reference;
  private final double[] rewards;

  PolicyBandit(double[] reference, double[] rewards) {
    this.reference = reference.clone();
    this.rewards = rewards.clone();
  }

  /** How a rollout becomes advantages. */
  interface Judge {
    /** (N) from the rewards, the old and the reference's log-probabilities of answers, (N) each. */
    Tensor of(Tensor rewards, Tensor old, Tensor reference, Segments answers);
  }

  /** The policy after so many rollouts. */
  double[] fit(PolicyObjective objective, Judge judge, int rollouts, double rate) {
    try (Scope scope = new Scope()) {
      Tensor held = doubles(reference).log(); // (K)
      Tensor theta = held.clone().set_requires_grad(true); // (K)
      Segments answers = Segments.ofLengths(Compute.CPU, ones());
      StepSize step = StepSize.of(answers, 1);
      for (int rollout = 0; rollout < rollouts; rollout++) {
        try (Scope inner = new Scope()) {
          Tensor all = theta.log_softmax(0).detach(); // (K)
          Tensor drawn = drawn(PairExample.values(all.exp())); // (N)
          Tensor old = all.index_select(0, drawn);
          Tensor ref = held.index_select(0, drawn);
          Tensor advantages =
              judge.of(doubles(rewards).index_select(0, drawn), old, ref, answers).detach();
          for (int i = 0; i < STEPS; i++) {
            Tensor policy = theta.log_softmax(0).index_select(0, drawn);
            TokenLogps tokens = new TokenLogps(policy, old, answers).and(ref);
            objective.of(tokens, advantages, step).total().backward();
            descend(theta, rate);
          }
        }
      }
      return PairExample.values(theta.softmax(0));
    }
  }

  static void descend(Tensor theta, double rate) {
    try (AutoGradMode off = Ops.noGrad()) {
      theta.sub_(theta.grad().mul(Ops.scalar(rate)));
      theta.grad().zero_();
    }
  }

  private static long[] ones() {
    long[] out = new long[ANSWERS];
    Arrays.fill(out, 1);
    return out;
  }

  /** (N) answers at even steps of the distribution function. */
  private static Tensor drawn(double[] p) {
    long[] out = new long[ANSWERS];
    int at = 0;
    double below = p[0];
    for (int n = 0; n < ANSWERS; n++) {
      while (at + 1 < p.length && (n + 0.5) / ANSWERS > below) {
        below += p[++at];
      }
      out[n] = at;
    }
    return Ops.longs(out, Compute.CPU);
  }
}
