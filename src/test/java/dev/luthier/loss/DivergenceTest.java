package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The derivatives of f-divergences. */
class DivergenceTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /**
   * At t = e: log t = 1; 1 - 1 / e; log(2 e / (1 + e)); (t^(-1/2) - 1) / (-1/2) = 2 - 2 e^(-1/2).
   */
  @Test
  void derivativesByHand() {
    assertThat(at(new Divergence.ReverseKl(), 1)).isEqualTo(1);
    assertThat(at(new Divergence.ForwardKl(), 1)).isCloseTo(1 - Math.exp(-1), within(1e-12));
    assertThat(at(new Divergence.JsDivergence(), 1))
        .isCloseTo(1 + Math.log(2 / (1 + Math.E)), within(1e-12));
    assertThat(at(new Divergence.AlphaDivergence(0.5), 1))
        .isCloseTo(2 - 2 * Math.exp(-0.5), within(1e-12));
  }

  private static double at(Divergence divergence, double ratio) {
    return divergence.derivative(doubles(ratio)).item_double();
  }

  /** Alpha 0 is the forward KL; towards 1 differences are those of the reverse KL. */
  @Test
  void alphaLiesBetweenTheTwo() {
    assertThat(at(new Divergence.AlphaDivergence(0), 0.7))
        .isCloseTo(at(new Divergence.ForwardKl(), 0.7), within(1e-12));
    Divergence near = new Divergence.AlphaDivergence(1 - 1e-6);
    assertThat(at(near, 0.7) - at(near, -0.4)).isCloseTo(1.1, within(1e-5));
  }

  /** f is convex, so f' rises; its slope at the reference, d f'(t) / d log t = 1 or 1/2 for JS. */
  @Test
  void scoresRiseWithTheRatio() {
    for (Divergence d :
        List.of(
            new Divergence.ReverseKl(),
            new Divergence.ForwardKl(),
            new Divergence.JsDivergence(),
            new Divergence.AlphaDivergence(0.3))) {
      assertThat(at(d, 0)).as("%s at the reference", d).isCloseTo(0, within(1e-12));
      double slope = (at(d, 1e-5) - at(d, -1e-5)) / 2e-5;
      assertThat(slope)
          .as("%s", d)
          .isCloseTo(d instanceof Divergence.JsDivergence ? 0.5 : 1, within(1e-6));
      assertThat(at(d, 2)).isGreaterThan(at(d, -2));
    }
  }

  /** An answer that has become impossible: the loss is finite and has a finite gradient. */
  @Test
  void farFromTheReference() {
    Tensor x = floats(-300).set_requires_grad(true);
    Logps gone = new Logps(x, floats(3), floats(-4));
    Logps kept = new Logps(floats(-4), floats(3), floats(-4));
    Dpo dpo = new Dpo(0.1, 0, new Divergence.ForwardKl(), Per.ANSWER);
    Tensor won = dpo.of(new PairLogps(kept, gone));
    won.sum().backward();
    assertThat(won.item_double()).isZero();
    assertThat(x.grad().item_double()).isZero();
  }

  @Test
  void refusesAlphaOutside() {
    assertThatThrownBy(() -> new Divergence.AlphaDivergence(1))
        .isInstanceOf(UserError.class)
        .hasMessage("alpha_divergence.alpha must be >= 0 and < 1, was 1");
  }
}
