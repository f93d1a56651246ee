package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.pair;
import static dev.luthier.loss.PairExample.sigmoid;
import static dev.luthier.loss.PairExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Preferences joined with one metric. */
class OutcomeOrpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** u = 1, so the policy takes the chosen answer of the two with sigmoid(1); truth 1 and 0. */
  @Test
  void byHand() {
    Outcomes truth =
        new Outcomes(doubles(1).view(1, 1), doubles(0).view(1, 1), doubles(0.5), List.of("truth"));
    Loss loss =
        new OutcomeOrpo(new Dpo(0.5), new OutcomeWay.Margin(), 0.1)
            .of(pair(-1, -3), PairLabels.PLAIN, truth, 1);
    assertThat(loss.total().item_double()).isCloseTo(logistic(1 - 0.5), within(1e-12));
    assertThat(term(loss, "margin")).isCloseTo(1, within(1e-12));
    assertThat(term(loss, "outcome_gap")).isCloseTo(0.5, within(1e-12));
    assertThat(term(loss, "outcome_truth")).isCloseTo(sigmoid(1), within(1e-12));
  }

  /** Without weight it is the preference loss. */
  @Test
  void withoutWeightItIsTheLoss() {
    Outcomes nothing =
        new Outcomes(doubles(1).view(1, 1), doubles(0).view(1, 1), doubles(0), List.of("truth"));
    for (OutcomeWay way :
        List.of(new OutcomeWay.Margin(), new OutcomeWay.Weight(), new OutcomeWay.Expectation())) {
      Loss loss =
          new OutcomeOrpo(new Dpo(0.5), way, 0.1).of(pair(-1, -3), PairLabels.PLAIN, nothing, 1);
      assertThat(loss.total().item_double()).as("%s", way).isCloseTo(logistic(1), within(1e-12));
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new OutcomeOrpo(new Dpo(0.5), new OutcomeWay.Margin(), 0))
        .isInstanceOf(UserError.class)
        .hasMessage("outcome_orpo.multiplier_rate must be > 0, was 0");
  }
}
