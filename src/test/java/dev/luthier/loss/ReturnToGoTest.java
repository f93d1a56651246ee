package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What followed a token. */
class ReturnToGoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** 1 + 0.5 * 2 + 0.25 * 4, 2 + 0.5 * 4, 4 | 8. */
  @Test
  void byHand() {
    Segments two = Segments.ofLengths(Compute.CPU, 3, 1);
    assertThat(values(new ReturnToGo(0.5).of(doubles(1, 2, 4, 8), two)))
        .containsExactly(3, 4, 4, 8);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new ReturnToGo(-1))
        .hasMessage("return_to_go.gamma must be from 0 to 1, was -1");
  }
}
