package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The functions of table 1. */
class ConvexTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static double at(Convex f, double u) {
    return f.of(doubles(u)).item_double();
  }

  @Test
  void valuesByHand() {
    assertThat(at(new Convex.Logistic(), 0)).isCloseTo(Math.log(2), within(1e-12));
    assertThat(at(new Convex.Squared(), 3)).isEqualTo(4);
    assertThat(at(new Convex.Hinge(), 0.25)).isEqualTo(0.75);
    assertThat(at(new Convex.Hinge(), 3)).isZero();
    assertThat(at(new Convex.Exponential(), -1)).isCloseTo(Math.E, within(1e-12));
    assertThat(at(new Convex.TruncatedQuadratic(), -1)).isEqualTo(4);
    assertThat(at(new Convex.TruncatedQuadratic(), 3)).isZero();
    assertThat(at(new Convex.Savage(), 0)).isEqualTo(0.25);
    assertThat(at(new Convex.Sigmoid(), 0)).isEqualTo(0.5);
  }

  /** Convex: the middle of a chord lies above the curve; savage and sigmoid are not. */
  @Test
  void convexOrNot() {
    for (Convex f :
        List.of(
            new Convex.Logistic(),
            new Convex.Squared(),
            new Convex.Hinge(),
            new Convex.Exponential(),
            new Convex.TruncatedQuadratic())) {
      for (double u = -4; u <= 4; u += 0.5) {
        assertThat((at(f, u - 0.5) + at(f, u + 0.5)) / 2)
            .as("%s at %s", f, u)
            .isGreaterThanOrEqualTo(at(f, u));
      }
    }
    for (Convex f : List.of(new Convex.Savage(), new Convex.Sigmoid())) {
      assertThat((at(f, -3) + at(f, -2)) / 2).isLessThan(at(f, -2.5));
    }
  }
}
