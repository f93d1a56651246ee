package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for every loss of labelled answers. */
class LabelledLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final List<LabelledLoss> ALL =
      List.of(new Kto(0.3, 1, 1.5), new Bco(0.3, 1, 1.5), new Gpo(new Convex.Squared(), 0.3));

  /** Good answers are drawn up, bad ones down, and the weights count. */
  @Test
  void signs() {
    for (LabelledLoss loss : ALL) {
      Tensor x = doubles(0.2, 0.2).set_requires_grad(true);
      loss.of(answers(x, 2), doubles(1, 0), doubles(0)).sum().backward();
      double[] gradient = values(x.grad());
      assertThat(gradient[0]).as("%s", loss).isNegative();
      assertThat(gradient[1]).as("%s", loss).isPositive();
    }
  }

  @Test
  void gradients() {
    for (LabelledLoss loss : ALL) {
      gradientIsThatOfDifferences(
          x -> loss.of(answers(x, 2), doubles(1, 0, 0.7), doubles(0.1)), 0.2, -0.4, 1.3);
    }
  }

  /** Nothing learns through the origin. */
  @Test
  void theOriginHasNoGradient() {
    for (LabelledLoss loss : ALL) {
      Tensor origin = doubles(0.1).set_requires_grad(true);
      Tensor x = doubles(0.2).set_requires_grad(true);
      loss.of(answers(x, 2), doubles(1), origin).sum().backward();
      assertThat(origin.grad().defined()).as("%s", loss).isFalse();
    }
  }

  /** A label of 0.7 is 0.7 of a good one and 0.3 of a bad one. */
  @Test
  void softLabels() {
    for (LabelledLoss loss : ALL) {
      Logps one = answers(doubles(0.5), 2);
      double good = loss.of(one, doubles(1), doubles(0)).item_double();
      double bad = loss.of(one, doubles(0), doubles(0)).item_double();
      assertThat(loss.of(one, doubles(0.7), doubles(0)).item_double())
          .as("%s", loss)
          .isCloseTo(0.7 * good + 0.3 * bad, within(1e-12));
    }
  }
}
