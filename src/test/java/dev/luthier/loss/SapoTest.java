package dev.luthier.loss;

import static dev.luthier.loss.PairExample.sigmoid;
import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static dev.luthier.loss.TokenExample.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A soft gate. */
class SapoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Temperatures 2 and 4: gates 2 sigmoid(2 * 0.5) | sigmoid(-2), sigmoid(0), sigmoid(0.4). */
  @Test
  void byHand() {
    double bad = (sigmoid(-2) + 0.5 + sigmoid(0.4)) / 3;
    assertThat(loss(new Sapo(2, 4))).isCloseTo((-2 * sigmoid(1) + bad) / 2, within(1e-12));
  }

  /** f'(1) = 1 at any temperature, and less to both sides. */
  @Test
  void onPolicyItIsGrpo() {
    double[] grpo = gradient(new Grpo(0.2, none(), none(), RatioLevel.TOKEN), OLD, advantages());
    assertThat(gradient(new Sapo(2, 4), OLD, advantages())).containsExactly(grpo, within(1e-12));
    double[] moved = gradient(new Sapo(1, 4), policy(-1, -1, 1, 0), advantages());
    assertThat(moved[1]).isLessThan(grpo[1]);
    assertThat(moved[2]).isLessThan(grpo[2]);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Sapo(0, 1)).hasMessage("sapo.temperature_pos must be > 0, was 0");
    assertThatThrownBy(() -> new Sapo(1, -1))
        .hasMessage("sapo.temperature_neg must be > 0, was -1");
  }
}
