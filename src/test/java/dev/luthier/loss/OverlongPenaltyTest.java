package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The price of coming near the limit. */
class OverlongPenaltyTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Limit 10, cache 4: free to 6, then a quarter a token. */
  @Test
  void byHand() {
    assertThat(values(new OverlongPenalty(10, 4).of(doubles(1, 6, 7, 9, 10, 12))))
        .containsExactly(0, 0, -0.25, -0.75, -1, -1);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new OverlongPenalty(10, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("overlong_penalty.cache must be >= 1, was 0");
    assertThatThrownBy(() -> new OverlongPenalty(10, 11))
        .hasMessage("overlong_penalty.cache must be <= 10, was 11");
  }
}
