package dev.luthier.loss;

import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bad answers that the policy would no longer write. */
class OffPolicyMaskTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Mean log(pi_old / pi): -0.41 and 0.2; the second is bad, and beyond 0.1. */
  @Test
  void byHand() {
    assertThat(values(new OffPolicyMask(0.1).weights(tokens(), advantages())))
        .containsExactly(1, 0, 0, 0);
    assertThat(values(new OffPolicyMask(0.3).weights(tokens(), advantages()))).containsOnly(1);
  }

  /** Good answers stay, however far they are. */
  @Test
  void goodAnswersStay() {
    assertThat(values(new OffPolicyMask(0.1).weights(tokens(), advantages().neg())))
        .containsOnly(1);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new OffPolicyMask(0))
        .isInstanceOf(UserError.class)
        .hasMessage("off_policy_mask.delta must be > 0, was 0");
  }
}
