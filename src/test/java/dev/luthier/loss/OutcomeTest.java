package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a metric counts for. */
class OutcomeTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void downIsTurnedRound() {
    Outcome toxicity = new Outcome(2, Outcome.Direction.DOWN, Optional.of(0.1));
    assertThat(toxicity.directed(doubles(0.25)).item_double()).isEqualTo(0.75);
    assertThat(toxicity.directedFloor()).hasValue(0.9);
    Outcome truth = new Outcome(2, Outcome.Direction.UP, Optional.of(0.1));
    assertThat(truth.directed(doubles(0.25)).item_double()).isEqualTo(0.25);
    assertThat(truth.directedFloor()).hasValue(0.1);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Outcome(-1, Outcome.Direction.UP, Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessage("outcome.weight must be >= 0, was -1");
    assertThatThrownBy(() -> new Outcome(1, Outcome.Direction.UP, Optional.of(2.0)))
        .isInstanceOf(UserError.class)
        .hasMessage("outcome.floor must be from 0 to 1, was 2");
  }
}
