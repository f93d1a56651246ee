package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Numbers of segments that stand end to end. */
class SegmentsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private final Segments two = Segments.ofLengths(Compute.CPU, 1, 3);

  @Test
  void sumsAndMeans() {
    Tensor x = doubles(5, 1, 2, 6);
    assertThat(values(two.sums(x))).containsExactly(5, 9);
    assertThat(values(two.means(x))).containsExactly(5, 3);
    assertThat(values(two.lengths(x))).containsExactly(1, 3);
    assertThat(values(two.largest(x.neg()))).containsExactly(-5, -1);
    assertThat(values(two.spread(doubles(7, 8)))).containsExactly(7, 8, 8, 8);
  }

  /** The segment in the middle is empty. */
  @Test
  void nothingIsNothing() {
    Segments three = Segments.ofLengths(Compute.CPU, 1, 0, 1);
    assertThat(values(three.means(doubles(4, 6)))).containsExactly(4, 0, 6);
    assertThat(values(three.largest(doubles(-4, -6)))).containsExactly(-4, 0, -6);
    assertThatThrownBy(three::ends)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("answer 1 has no token");
  }

  @Test
  void ends() {
    assertThat(Ops.toLongs(two.ends())).containsExactly(0, 3);
  }

  /** The mean of three: each has a third of the gradient. */
  @Test
  void gradients() {
    gradientIsThatOfDifferences(x -> two.means(x).square(), 1, 2, 3, 5);
    gradientIsThatOfDifferences(x -> two.spread(x).square(), 1, 2);
  }
}
