package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptimTest {
  private static final double EPS = 1e-8;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Parameter weights(String name, float... values) {
    return new Parameter(name, Ops.floats(values, Compute.CPU));
  }

  private static Optim optim(double lr, double decay, Parameter... parameters) {
    Optim.Group group = new Optim.Group(List.of(parameters), lr, decay);
    return new Optim(List.of(group), AdamW.of(0.9, 0.999, EPS), Compute.CPU);
  }

  /** Makes the gradient of w equal to the given values. */
  private static void pull(Parameter w, float... gradient) {
    w.value().mul(Ops.floats(gradient, Compute.CPU)).sum().backward();
  }

  @Test
  void theFirstStepIsTheRateAgainstTheSign() {
    // m / (1 - b1) = g and v / (1 - b2) = g^2, so each weight moves by lr g / (|g| + eps).
    Parameter w = weights("w", 1, 1, 1);
    try (Optim optim = optim(0.1, 0, w)) {
      pull(w, 0.5f, -20, 0);
      optim.step(1);
      assertThat(Ops.toFloats(w.value())).containsExactly(new float[] {0.9f, 1.1f, 1}, near());
    }
  }

  @Test
  void followsTheAlgorithm() {
    // Algorithm 2 for one weight, in double precision.
    double lr = 0.05;
    double decay = 0.1;
    float[] gradients = {0.5f, -1.5f, 0.25f, 3, -0.125f};
    double w = 2;
    double m = 0;
    double v = 0;
    Parameter ours = weights("w", 2);
    try (Optim optim = optim(lr, decay, ours)) {
      for (int t = 1; t <= gradients.length; t++) {
        double factor = 1.0 / t;
        double g = gradients[t - 1];
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        double mHat = m / (1 - Math.pow(0.9, t));
        double vHat = v / (1 - Math.pow(0.999, t));
        w -= factor * lr * (mHat / (Math.sqrt(vHat) + EPS) + decay * w);
        optim.zeroGradients();
        pull(ours, gradients[t - 1]);
        optim.step(factor);
        assertThat((double) Ops.toFloats(ours.value())[0])
            .as("step %d", t)
            .isCloseTo(w, within(1e-6));
      }
    }
  }

  @Test
  void groupsHaveTheirOwnRateAndDecay() {
    Parameter slow = weights("slow", 1);
    Parameter fast = weights("fast", 1);
    List<Optim.Group> groups =
        List.of(
            new Optim.Group(List.of(slow), 0.01, 0),
            new Optim.Group(List.of(), 5, 5),
            new Optim.Group(List.of(fast), 0.1, 0.5));
    try (Optim optim = new Optim(groups, AdamW.of(0.9, 0.999, EPS), Compute.CPU)) {
      assertThat(optim.peakRate()).isEqualTo(0.1); // a group of nothing does not count
      pull(slow, 1);
      pull(fast, 1);
      optim.step(0.5);
      // 1 - 0.5 x 0.01, and (1 - 0.5 x 0.1 x 0.5) - 0.5 x 0.1
      assertThat(Ops.toFloats(slow.value())).containsExactly(new float[] {0.995f}, near());
      assertThat(Ops.toFloats(fast.value())).containsExactly(new float[] {0.925f}, near());
    }
  }

  @Test
  void parametersKeepTheirShapeAndAreViewsOfOneBuffer() {
    Parameter a = new Parameter("a", Ops.floats(new float[] {1, 2, 3, 4}, Compute.CPU).view(2, 2));
    Parameter b = weights("b", 5);
    try (Optim optim = optim(0.1, 0, a, b)) {
      assertThat(Ops.shape(a.value())).containsExactly(2, 2);
      assertThat(a.trainable()).isTrue();
      assertThat(Ops.toFloats(optim.state().get("weights"))).containsExactly(1, 2, 3, 4, 5);
      optim.weights(Ops.floats(new float[] {9, 8, 7, 6, 5}, Compute.CPU));
      assertThat(Ops.toFloats(a.value())).containsExactly(9, 8, 7, 6);
      // The transposed is read row by row: its gradient comes back into the right cells.
      Tensor by = Ops.floats(new float[] {0, 0, 1, 0}, Compute.CPU).view(2, 2);
      a.value().t().mul(by).sum().backward();
      optim.step(1);
      assertThat(Ops.toFloats(optim.state().get("weights")))
          .containsExactly(new float[] {9, 7.9f, 7, 6, 5}, near());
    }
  }

  @Test
  void clipsTheNormOfAllGradientsTogether() {
    Parameter a = weights("a", 1);
    Parameter b = weights("b", 1);
    try (Optim optim = optim(0.1, 0, a, b)) {
      pull(a, 3);
      pull(b, 4);
      assertThat(optim.norm()).isCloseTo(5, within(1e-6));
      assertThat(optim.clip(10)).isCloseTo(5, within(1e-6));
      assertThat(Ops.toFloats(b.value().grad())).containsExactly(4);
      assertThat(optim.clip(1)).isCloseTo(5, within(1e-6));
      assertThat(Ops.toFloats(a.value().grad())).containsExactly(new float[] {0.6f}, near());
      assertThat(Ops.toFloats(b.value().grad())).containsExactly(new float[] {0.8f}, near());
      optim.zeroGradients();
      assertThat(optim.norm()).isZero();
    }
  }

  @Test
  void goesOnFromASavedState() {
    float[] gradients = {0.5f, -1.5f, 0.25f, 3};
    Parameter w = weights("w", 2, 3);
    Parameter other = weights("w", 0, 0);
    try (Optim first = optim(0.05, 0.1, w);
        Optim second = optim(0.05, 0.1, other)) {
      for (int t = 0; t < gradients.length; t++) {
        if (t == 2) {
          second.restore(first.state(), 2);
        }
        for (Parameter p : t < 2 ? List.of(w) : List.of(w, other)) {
          p.value().grad().zero_();
          pull(p, gradients[t], -gradients[t]);
        }
        first.step(1);
        if (t >= 2) {
          second.step(1);
        }
      }
      assertThat(Ops.toFloats(other.value())).containsExactly(Ops.toFloats(w.value()));
    }
  }

  @Test
  void refusesToTrainNothing() {
    assertThatThrownBy(() -> optim(0.1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nothing trains");
  }

  private static org.assertj.core.data.Offset<Float> near() {
    return within(1e-6f);
  }
}
