package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.rollout.BeamState.Candidate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two beams over the tokens 1, 2, 3 and the end token 9, worked by hand. */
class BeamStateTest {
  private static final Set<Integer> END = Set.of(9);

  private static BeamState state(double lengthPenalty, Beams.Stopping stopping) {
    return new BeamState(new Beams(2, 2, lengthPenalty, stopping), END, 5);
  }

  private static void begin(BeamState s) {
    // Of the prompt alone: 1 (-1), the end (-1.5), 2 (-2), 3 (-4). Four candidates are looked at.
    s.step(
        List.of(
            new Candidate(0, 1, -1, -1),
            new Candidate(0, 9, -1.5f, -1.5f),
            new Candidate(0, 2, -2, -2),
            new Candidate(0, 3, -4, -4)));
  }

  @Test
  void whatEndsLeavesAndTheNextBestGoesOn() {
    BeamState s = state(1, Beams.Stopping.LIKELY);
    assertThat(BeamState.candidates(new Beams(2, 2, 1, Beams.Stopping.LIKELY), END)).isEqualTo(4);
    begin(s);
    assertThat(s.running()).extracting(BeamState.Hypothesis::token).containsExactly(1, 2);
    assertThat(s.parents()).containsExactly(0, 0);
    assertThat(s.results()).hasSize(1);
    assertThat(s.done()).isFalse();
    // Both of the next come from the second beam; the end is third and so no result, though it is
    // looked at.
    s.step(
        List.of(
            new Candidate(1, 3, -2.2f, -0.2f),
            new Candidate(1, 1, -2.4f, -0.4f),
            new Candidate(0, 9, -2.5f, -1.5f),
            new Candidate(0, 1, -3, -2)));
    assertThat(s.parents()).containsExactly(1, 1);
    assertThat(s.running().get(0).ids()).containsExactly(2, 3);
    assertThat(s.running().get(1).ids()).containsExactly(2, 1);
    assertThat(s.running().get(1).logProbs()).containsExactly(-2, -0.4f);
    assertThat(s.results()).hasSize(1);
  }

  @Test
  void theWaysOfStopping() {
    // After the second step two have ended: "9" with -1.5 / 1 and "1 9" with -3 / 2 = -1.5.
    // The best that runs is "1 2" with -3.4: now -3.4 / 2 = -1.7, at the longest -3.4 / 5 = -0.68.
    for (Beams.Stopping stopping : Beams.Stopping.values()) {
      BeamState s = state(1, stopping);
      begin(s);
      s.step(
          List.of(
              new Candidate(0, 9, -3, -2),
              new Candidate(0, 2, -3.4f, -2.4f),
              new Candidate(1, 2, -4, -2),
              new Candidate(1, 3, -5, -3)));
      assertThat(s.results()).hasSize(2);
      assertThat(s.done()).isEqualTo(stopping != Beams.Stopping.CERTAIN);
    }
  }

  @Test
  void theLengthPenaltyOrdersTheResults() {
    // Sums -1.5 (one token) and -3 (two): penalty 2 makes -1.5 and -0.75, penalty 0 leaves them.
    for (double penalty : new double[] {0, 2}) {
      BeamState s = state(penalty, Beams.Stopping.FIRST);
      begin(s);
      s.step(List.of(new Candidate(0, 9, -3, -2), new Candidate(0, 2, -3.4f, -2.4f)));
      assertThat(s.results())
          .extracting(BeamState.Scored::score)
          .containsExactly(penalty == 0 ? new Double[] {-1.5, -3.0} : new Double[] {-0.75, -1.5});
    }
  }

  @Test
  void theLongestEndsEverything() {
    BeamState s = new BeamState(new Beams(2, 1, 1, Beams.Stopping.CERTAIN), END, 1);
    begin(s);
    assertThat(s.done()).isTrue();
    assertThat(s.results()).hasSize(1);
    assertThat(s.results().get(0).hypothesis().ids()).containsExactly(1);
    assertThat(s.results().get(0).hypothesis().ended()).isFalse();
  }

  @Test
  void valuesOutOfRangeAreRefusedByName() {
    refused(() -> Beams.of(0, 1), "beams", "0");
    refused(() -> Beams.of(2, 3), "2 beams", "3");
    refused(() -> Beams.of(2, 0), "0");
    refused(() -> new Beams(2, 1, Double.NaN, Beams.Stopping.FIRST), "length_penalty", "NaN");
  }

  private static void refused(Runnable make, String... parts) {
    assertThatThrownBy(make::run).isInstanceOf(UserError.class).hasMessageContainingAll(parts);
  }
}
