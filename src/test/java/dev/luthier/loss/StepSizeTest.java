package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What losses are divided by. */
class StepSizeTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void ofOneMicroBatch() {
    assertThat(step()).isEqualTo(new StepSize(2, 4, 5));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new StepSize(2, 0, 5))
        .isInstanceOf(UserError.class)
        .hasMessage("tokens of a step must be > 0, was 0");
  }
}
