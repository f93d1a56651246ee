package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ratings of several aspects. */
class AspectRegressionTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Errors 1 and 2 of weights 3 and 0.5: 3 + 2 = 5; the third aspect has no rating. */
  @Test
  void byHand() {
    Tensor ratings = doubles(1, 3, Double.NaN).view(1, 3);
    Loss loss =
        new AspectRegression(List.of(3.0, 0.5, 7.0)).of(doubles(2, 5, 9).view(1, 3), ratings, 2);
    assertThat(loss.total().item_double()).isCloseTo(2.5, within(1e-12));
  }

  @Test
  void aMissingRatingTeachesNothing() {
    Tensor x = doubles(2, 5).view(1, 2).set_requires_grad(true);
    new AspectRegression(List.of(1.0, 1.0))
        .of(x, doubles(1, Double.NaN).view(1, 2), 1)
        .total()
        .backward();
    assertThat(values(x.grad())).containsExactly(2, 0);
  }

  @Test
  void oneAspectIsMeanSquaredError() {
    Tensor predictions = doubles(2, 5).view(2, 1);
    Tensor ratings = doubles(1, 3).view(2, 1);
    assertThat(new AspectRegression(List.of(1.0)).of(predictions, ratings, 2).total().item_double())
        .isEqualTo(new MeanSquaredError().of(predictions, ratings, 2).total().item_double());
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new AspectRegression(List.of(0.0)))
        .isInstanceOf(UserError.class)
        .hasMessage("weights of the aspects must have one above 0, was [0.0]");
  }
}
