package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A teacher of (1/2, 1/2) and a student of (1/4, 3/4), and laws on drawn scores. */
class DistillationTest {
  private static final TokenDivergence FORWARD = new TokenDivergence.ForwardKl();
  private static final TokenDivergence REVERSE = new TokenDivergence.ReverseKl();
  private static final TokenDivergence JSD = new TokenDivergence.Jsd(0.5);
  private static final float LN3 = (float) Math.log(3);

  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor row(float... scores) {
    return torch.tensor(scores).view(1, scores.length);
  }

  private static Tensor first() {
    return Ops.longs(new long[] {0}, Compute.CPU);
  }

  private static double apart(TokenDivergence by, double temperature, Tensor p, Tensor q) {
    Tensor each = new Distillation(by, temperature, 1).each(q, p, first());
    return each.select(1, 1).item_double();
  }

  /**
   * KL(P, Q) = 1/2 ln 2 + 1/2 ln(2/3) = 0.143841; KL(Q, P) = 1/4 ln(1/2) + 3/4 ln(3/2) = 0.130812;
   * with M = (3/8, 5/8) 1/2 (1/2 ln(4/3) + 1/2 ln(4/5)) + 1/2 (1/4 ln(2/3) + 3/4 ln(6/5)) =
   * 0.033822.
   */
  @Test
  void byHand() {
    Tensor p = row(5, 5);
    Tensor q = row(0, LN3);
    assertThat(apart(FORWARD, 1, p, q)).isCloseTo(0.143841, within(1e-6));
    assertThat(apart(REVERSE, 1, p, q)).isCloseTo(0.130812, within(1e-6));
    assertThat(apart(JSD, 1, p, q)).isCloseTo(0.033822, within(1e-6));
    // scores twice as far apart at temperature 2: the same distributions, times 2^2
    assertThat(apart(FORWARD, 2, row(5, 5), row(0, 2 * LN3))).isCloseTo(0.575364, within(1e-5));
  }

  /**
   * -ln(1/4) = 1.386294 and 0.143841 for the target, a quarter of it the teacher's, of 2 targets.
   */
  @Test
  void mixesWithTheData() {
    Distillation loss = new Distillation(FORWARD, 1, 0.25);
    Loss of = loss.of(loss.each(row(0, LN3), row(5, 5), first()), 2);
    assertThat(of.total().item_double())
        .isCloseTo((0.75 * 1.386294 + 0.25 * 0.143841) / 2, within(1e-6));
    assertThat(of.terms().stream().map(Loss.Term::name))
        .containsExactly("cross_entropy", "divergence");
    assertThat(of.terms().get(0).value().item_double()).isCloseTo(0.693147, within(1e-6));
  }

  /** At the teacher nothing pulls; towards either end JSD is the KL of that end. */
  @Test
  void laws() {
    torch.manual_seed(3);
    Tensor p = torch.randn(4, 7);
    Tensor q = torch.randn(4, 7);
    Tensor targets = Ops.longs(new long[] {0, 1, 2, 3}, Compute.CPU);
    for (TokenDivergence by : List.of(FORWARD, REVERSE, JSD)) {
      Tensor same = p.clone().set_requires_grad(true);
      Distillation loss = new Distillation(by, 1.5, 1);
      Loss at = loss.of(loss.each(same, p, targets), 1);
      at.total().backward();
      assertThat(at.total().item_double()).isCloseTo(0, within(1e-6));
      assertThat(same.grad().abs().max().item_double()).isLessThan(1e-6);
      assertThat(loss.of(loss.each(q, p, targets), 1).total().item_double()).isPositive();
    }
    double little = 1e-4;
    double low = apart(new TokenDivergence.Jsd(little), 1, row(1, 2, 0), row(0, 1, 1)) / little;
    double high =
        apart(new TokenDivergence.Jsd(1 - little), 1, row(1, 2, 0), row(0, 1, 1)) / little;
    assertThat(low).isCloseTo(apart(FORWARD, 1, row(1, 2, 0), row(0, 1, 1)), within(2e-3));
    assertThat(high).isCloseTo(apart(REVERSE, 1, row(1, 2, 0), row(0, 1, 1)), within(2e-3));
  }

  /** dL/ds by central differences in float64. */
  @Test
  void gradients() {
    torch.manual_seed(5);
    Tensor p = torch.randn(2, 5).to(ScalarType.Double);
    Tensor q = torch.randn(2, 5).to(ScalarType.Double);
    Tensor targets = Ops.longs(new long[] {4, 1}, Compute.CPU);
    for (TokenDivergence by : List.of(FORWARD, REVERSE, JSD, new TokenDivergence.Jsd(0.1))) {
      Distillation loss = new Distillation(by, 2, 0.7);
      Tensor leaf = q.clone().set_requires_grad(true);
      loss.of(loss.each(leaf, p, targets), 3).total().backward();
      double step = 1e-5;
      for (long i = 0; i < 10; i++) {
        double[] value = new double[2];
        for (int side = 0; side < 2; side++) {
          Tensor moved = q.clone();
          moved.view(10).narrow(0, i, 1).add_(Ops.scalar(side == 0 ? -step : step));
          value[side] = loss.of(loss.each(moved, p, targets), 3).total().item_double();
        }
        assertThat(leaf.grad().view(10).narrow(0, i, 1).item_double())
            .isCloseTo((value[1] - value[0]) / (2 * step), within(1e-8));
      }
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Distillation(JSD, 0, 1)).hasMessageContaining("temperature must");
    assertThatThrownBy(() -> new Distillation(JSD, 1, 1.5)).hasMessageContaining("share must");
    assertThatThrownBy(() -> new TokenDivergence.Jsd(1)).hasMessageContaining("jsd.beta must");
    assertThatThrownBy(() -> new TokenDivergence.Jsd(0)).hasMessageContaining("jsd.beta must");
  }
}
