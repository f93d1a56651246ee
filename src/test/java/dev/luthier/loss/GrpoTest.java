package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Group Relative Policy Optimization. */
class GrpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Clipped at 0.2: -1.2 | 0.8, 1, 1.1. */
  @Test
  void byHand() {
    assertThat(loss(new Grpo(0.2, none(), none(), RatioLevel.TOKEN)))
        .isCloseTo((-1.2 + 2.9 / 3) / 2, within(1e-12));
  }

  /** The ratios of answers, 1.5 and 0.82: it is GSPO. */
  @Test
  void ofWholeAnswersItIsGspo() {
    assertThat(loss(new Grpo(0.1, Optional.of(0.2), none(), RatioLevel.SEQUENCE)))
        .isCloseTo(loss(new Gspo(0.1, 0.2, none())), within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Grpo(2, none(), none(), RatioLevel.TOKEN))
        .isInstanceOf(UserError.class)
        .hasMessage("grpo.epsilon must be from 0 to 1, was 2");
  }
}
