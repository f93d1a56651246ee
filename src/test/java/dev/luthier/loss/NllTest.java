package dev.luthier.loss;

import static dev.luthier.loss.PairExample.loss;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The chosen answer alone. */
class NllTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** The chosen answer has 2 tokens: 3 / 2. The rejected one does not count. */
  @Test
  void byHand() {
    assertThat(loss(new Nll(), -3, -5)).isEqualTo(1.5);
    assertThat(loss(new Nll(), -3, -50)).isEqualTo(1.5);
  }
}
