package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static dev.luthier.loss.PairExample.sigmoid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three ways of one metric of weight 2. */
class OutcomeWayTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Dpo DPO = new Dpo(0.5);

  /** u = 1; g = 2 (o_w - o_l). */
  private static double loss(OutcomeWay way, double chosen, double rejected) {
    return way.of(DPO, pair(-1, -3), PairLabels.PLAIN, outcomes(chosen, rejected)).item_double();
  }

  private static Outcomes outcomes(double chosen, double rejected) {
    return new Outcomes(
        doubles(chosen).view(1, 1), doubles(rejected).view(1, 1), doubles(2), List.of("truth"));
  }

  @Test
  void marginByHand() {
    assertThat(loss(new OutcomeWay.Margin(), 1, 0)).isCloseTo(logistic(1 - 2), within(1e-12));
    assertThat(loss(new OutcomeWay.Margin(), 0, 1)).isCloseTo(logistic(1 + 2), within(1e-12));
  }

  @Test
  void weightByHand() {
    assertThat(loss(new OutcomeWay.Weight(), 1, 0))
        .isCloseTo(2 * sigmoid(2) * logistic(1), within(1e-12));
    assertThat(loss(new OutcomeWay.Weight(), 0, 1))
        .isCloseTo(2 * sigmoid(-2) * logistic(1), within(1e-12));
  }

  @Test
  void expectationByHand() {
    assertThat(loss(new OutcomeWay.Expectation(), 1, 0))
        .isCloseTo(logistic(1) - 2 * sigmoid(1), within(1e-12));
    assertThat(loss(new OutcomeWay.Expectation(), 0, 1))
        .isCloseTo(logistic(1) - 2 * (1 - sigmoid(1)), within(1e-12));
  }

  /** Where outcomes are equal the preference is all there is, but for a constant. */
  @Test
  void equalOutcomesSayNothing() {
    assertThat(loss(new OutcomeWay.Margin(), 0.5, 0.5)).isCloseTo(logistic(1), within(1e-12));
    assertThat(loss(new OutcomeWay.Weight(), 0.5, 0.5)).isCloseTo(logistic(1), within(1e-12));
    assertThat(loss(new OutcomeWay.Expectation(), 0.5, 0.5))
        .isCloseTo(logistic(1) - 1, within(1e-12));
  }

  /** All three pull less at a pair whose chosen answer has the worse outcome. */
  @Test
  void worseOutcomesPullLess() {
    for (OutcomeWay way :
        List.of(new OutcomeWay.Margin(), new OutcomeWay.Weight(), new OutcomeWay.Expectation())) {
      assertThat(pull(way, 0, 1)).as("%s", way).isLessThan(pull(way, 0.5, 0.5));
      assertThat(pull(way, 1, 0)).as("%s", way).isGreaterThan(pull(way, 0.5, 0.5));
      gradientIsThatOfDifferences(
          x ->
              way.of(
                  DPO,
                  new PairLogps(answers(x, 2), answers(doubles(-3), 2)),
                  PairLabels.soft(doubles(0.8)),
                  outcomes(0.9, 0.2)),
          -1);
    }
  }

  /** How strongly the chosen answer is drawn upwards. */
  private static double pull(OutcomeWay way, double chosen, double rejected) {
    Tensor x = doubles(0).set_requires_grad(true);
    PairLogps pairs = new PairLogps(answers(x, 2), answers(doubles(0), 2));
    way.of(DPO, pairs, PairLabels.PLAIN, outcomes(chosen, rejected)).sum().backward();
    return -x.grad().item_double();
  }

  /** A margin of the label and one of outcomes add up. */
  @Test
  void marginsAddUp() {
    Tensor loss =
        new OutcomeWay.Margin().of(DPO, pair(-1, -3), PairLabels.by(doubles(0.5)), outcomes(1, 0));
    assertThat(loss.item_double()).isCloseTo(logistic(1 - 2.5), within(1e-12));
  }
}
