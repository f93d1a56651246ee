package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What samples say of KL(p, q), on three answers. */
class KlEstimatorTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final double[] P = {0.5, 0.3, 0.2};
  private static final double[] Q = {0.3, 0.3, 0.4};

  /** The exact mean over samples of p. */
  private static double mean(KlEstimator estimator) {
    Tensor p = doubles(P);
    return estimator.of(p.log(), doubles(Q).log()).mul(p).sum().item_double();
  }

  private static double kl(double[] p, double[] q) {
    double out = 0;
    for (int i = 0; i < p.length; i++) {
      out += p[i] * Math.log(p[i] / q[i]);
    }
    return out;
  }

  /** log r = ln 0.6, 0, ln 2; the mean of its square, halved. */
  @Test
  void k1AndK3HaveNoBiasAndK2Has() {
    assertThat(mean(KlEstimator.K1)).isCloseTo(kl(P, Q), within(1e-12));
    assertThat(mean(KlEstimator.K3)).isCloseTo(kl(P, Q), within(1e-12));
    double k2 = (0.5 * Math.pow(Math.log(0.6), 2) + 0.2 * Math.pow(Math.log(2), 2)) / 2;
    assertThat(mean(KlEstimator.K2)).isCloseTo(k2, within(1e-12));
    assertThat(k2 - kl(P, Q)).isBetween(-0.01, -0.001);
  }

  /** Of 20,000 draws: k1 and k3 come to the KL within four standard errors, k3 with less noise. */
  @Test
  void ofSamples() {
    Random random = new Random(5);
    double[] logs = new double[20000];
    double[] other = new double[logs.length];
    for (int i = 0; i < logs.length; i++) {
      double u = random.nextDouble();
      int a = u < P[0] ? 0 : u < P[0] + P[1] ? 1 : 2;
      logs[i] = Math.log(P[a]);
      other[i] = Math.log(Q[a]);
    }
    Tensor k1 = KlEstimator.K1.of(doubles(logs), doubles(other));
    Tensor k3 = KlEstimator.K3.of(doubles(logs), doubles(other));
    for (Tensor k : List.of(k1, k3)) {
      double error = k.std().item_double() / Math.sqrt(logs.length);
      assertThat(k.mean().item_double()).isCloseTo(kl(P, Q), within(4 * error));
    }
    assertThat(k3.std().item_double()).isLessThan(k1.std().item_double() / 2);
    assertThat(k3.min().item_double()).isNotNegative();
  }

  /**
   * The mean gradient of a term in the loss, over samples of the policy p: none of k1, that of
   * KL(p, q) of k2, that of KL(q, p) of k3. In the logits these are p (log(p / q) - KL), and p - q.
   */
  @Test
  void gradientsInALoss() {
    double[] reverse = new double[3];
    double[] forward = new double[3];
    for (int i = 0; i < 3; i++) {
      reverse[i] = P[i] * (Math.log(P[i] / Q[i]) - kl(P, Q));
      forward[i] = P[i] - Q[i];
    }
    assertThat(gradient(KlEstimator.K1)).containsExactly(new double[3], within(1e-12));
    assertThat(gradient(KlEstimator.K2)).containsExactly(reverse, within(1e-12));
    assertThat(gradient(KlEstimator.K3)).containsExactly(forward, within(1e-12));
  }

  private static double[] gradient(KlEstimator estimator) {
    Tensor theta = doubles(P).log().set_requires_grad(true);
    Tensor p = theta.log_softmax(0);
    estimator.of(p, doubles(Q).log()).mul(p.exp().detach()).sum().backward();
    return values(theta.grad());
  }

  @Test
  void theSameIsZero() {
    for (KlEstimator k : KlEstimator.values()) {
      assertThat(values(k.of(doubles(-1, -2), doubles(-1, -2)))).as("%s", k).containsOnly(0);
    }
  }
}
