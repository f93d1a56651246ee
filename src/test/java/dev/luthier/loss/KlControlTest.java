package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a unit of KL costs. */
class KlControlTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void fixed() {
    KlControl.Fixed fixed = new KlControl.Fixed(0.05);
    assertThat(fixed.after(fixed.start(), 100, 64)).isEqualTo(0.05);
  }

  /** Target 6, horizon 1000, 100 answers: K = 0.1; KL 6.6: e = 0.1; 60 and 0: e = 0.2 and -0.2. */
  @Test
  void adaptive() {
    KlControl.Adaptive adaptive = new KlControl.Adaptive(0.2, 6, 1000);
    assertThat(adaptive.start()).isEqualTo(0.2);
    assertThat(adaptive.after(0.2, 6.6, 100)).isCloseTo(0.2 * 1.01, within(1e-12));
    assertThat(adaptive.after(0.2, 60, 100)).isCloseTo(0.2 * 1.02, within(1e-12));
    assertThat(adaptive.after(0.2, 0, 100)).isCloseTo(0.2 * 0.98, within(1e-12));
    assertThat(adaptive.after(0.2, 6, 100)).isEqualTo(0.2);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new KlControl.Fixed(-1)).hasMessage("fixed.beta must be >= 0, was -1");
    assertThatThrownBy(() -> new KlControl.Adaptive(0.2, 0, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("adaptive.target must be > 0, was 0");
  }
}
