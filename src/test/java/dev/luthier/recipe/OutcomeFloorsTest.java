package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.loss.Outcome;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutcomeFloorsTest {
  /** Truth is to be 0.9 at least, toxicity 0.2 at most, which is 0.8 of what is directed. */
  private final OutcomeFloors floors =
      new OutcomeFloors(
          List.of(
              new Outcome(1, Outcome.Direction.UP, Optional.of(0.9)),
              new Outcome(1, Outcome.Direction.DOWN, Optional.of(0.2)),
              new Outcome(1, Outcome.Direction.UP, Optional.empty())),
          0.5);

  @AfterEach
  void free() {
    floors.state().forEach(p -> p.close());
  }

  /**
   * Two parts of a step, 4 pairs: truth (1 + 1) / 4 = 0.5, so its multiplier is 0.5 (0.9 - 0.5) =
   * 0.2; safety (3 + 0.8) / 4 = 0.95 is above 0.8 and stays at 0. The next step has truth 1: 0.2 -
   * 0.5 * 0.1 = 0.15.
   */
  @Test
  void byHand() {
    floors.saw(new double[] {1, 3, 0}, 3);
    floors.saw(new double[] {1, 0.8, 0}, 1);
    floors.afterStep(0, 2);
    assertThat(floors.values()).containsExactly(0.2f, 0, 0);
    floors.saw(new double[] {2, 2, 0}, 2);
    floors.afterStep(1, 2);
    assertThat(floors.values()[0]).isEqualTo(0.15f);
  }

  @Test
  void whatWasSeenInAPlanIsForgotten() {
    floors.saw(new double[] {0, 0, 0}, 8);
    floors.forget();
    floors.afterStep(0, 1);
    assertThat(floors.values()).containsExactly(0, 0, 0);
  }

  @Test
  void withoutFloorsThereIsNoState() {
    OutcomeFloors none =
        new OutcomeFloors(List.of(new Outcome(1, Outcome.Direction.UP, Optional.empty())), 0.1);
    assertThat(none.state()).isEmpty();
    assertThat(none.any()).isFalse();
  }
}
