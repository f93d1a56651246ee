package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.LOG_RATIOS;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.policy;
import static dev.luthier.loss.TokenExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clipped weights. */
class CispoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Weights 1.2 (of 1.5), 0.5, 1, 1.1. */
  @Test
  void byHand() {
    double good = 1.2 * (-2 + Math.log(1.5));
    double bad = 0.5 * (-3 + Math.log(0.5)) - 1 + 1.1 * (-2.5 + Math.log(1.1));
    assertThat(loss(new Cispo(1.2))).isCloseTo((-good + bad) / 4, within(1e-12));
    assertThat(term(new Cispo(1.2), "cispo_clip_ratio")).isEqualTo(0.25);
    assertThat(term(new Cispo(5), "cispo_clip_ratio")).isZero();
  }

  /** The clipped token goes on to teach, with -weight A / M. */
  @Test
  void everyTokenTeaches() {
    assertThat(gradient(new Cispo(1.2), policy(LOG_RATIOS), advantages()))
        .containsExactly(new double[] {-0.3, 0.125, 0.25, 0.275}, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Cispo(0)).hasMessage("cispo.epsilon_high must be > 0, was 0");
  }
}
