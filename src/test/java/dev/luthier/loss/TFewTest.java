package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * One question of two choices over a vocabulary of two tokens. The right choice has two tokens, of
 * probabilities 1/2 and 1/8; the wrong one has one token, of probability 3/4. So
 *
 * <ul>
 *   <li>L_LM = -(ln 1/2 + ln 1/8) / 2 = (ln 16) / 2 = ln 4
 *   <li>L_UL = -ln(1 - 3/4) / 1 = ln 4
 *   <li>beta of the right one is -ln 4, of the wrong one ln 3/4, so L_LN = -ln(1/4 / (1/4 + 3/4)) =
 *       ln 4
 * </ul>
 */
class TFewTest {
  private static final double LN4 = Math.log(4);
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Logits (0, ln(p / (1 - p))) give the second token the probability p. */
  private static Tensor logits(double... probabilities) {
    float[] out = new float[2 * probabilities.length];
    for (int i = 0; i < probabilities.length; i++) {
      out[2 * i + 1] = (float) Math.log(probabilities[i] / (1 - probabilities[i]));
    }
    return Ops.floats(out, Compute.CPU).view(-1, 2);
  }

  /** Scores of tokens that all are the second of the vocabulary. */
  private static ChoiceScores scores(Tensor logits, long rows, long choices, long... owner) {
    long[] targets = new long[owner.length];
    Arrays.fill(targets, 1);
    return ChoiceScores.of(
        logits, Ops.longs(targets, Compute.CPU), Ops.longs(owner, Compute.CPU), rows, choices);
  }

  private static Tensor right(long... places) {
    return Ops.longs(places, Compute.CPU);
  }

  private static double term(Loss loss, String name) {
    return loss.terms().stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value()
        .item_double();
  }

  private static double lm(Loss loss) {
    return term(loss, "loss_lm");
  }

  private static double ul(Loss loss) {
    return term(loss, "loss_ul");
  }

  private static double ln(Loss loss) {
    return term(loss, "loss_ln");
  }

  private static ChoiceScores example() {
    return scores(logits(1 / 2.0, 1 / 8.0, 3 / 4.0), 1, 2, 0, 0, 1);
  }

  @Test
  void theThreeLossesByHand() {
    Loss loss = new TFew().of(example(), right(0), 1);
    assertThat(lm(loss)).isCloseTo(LN4, within(1e-6));
    assertThat(ul(loss)).isCloseTo(LN4, within(1e-6));
    assertThat(ln(loss)).isCloseTo(LN4, within(1e-6));
    assertThat(loss.total().item_double()).isCloseTo(3 * LN4, within(1e-6));
  }

  /** The other choice is right: L_LM = -ln 3/4, L_UL = -(ln 1/2 + ln 7/8) / 2, L_LN = -ln 3/4. */
  @Test
  void theOtherChoiceByHand() {
    Loss loss = new TFew().of(example(), right(1), 1);
    assertThat(lm(loss)).isCloseTo(-Math.log(0.75), within(1e-6));
    assertThat(ul(loss)).isCloseTo(-Math.log(7 / 16.0) / 2, within(1e-6));
    assertThat(ln(loss)).isCloseTo(-Math.log(0.75), within(1e-6));
  }

  @Test
  void partsAreCounted() {
    assertThat(new TFew(2, 0.5, 0).of(example(), right(0), 1).total().item_double())
        .isCloseTo(2.5 * LN4, within(1e-6));
    assertThat(new TFew(0, 0, 1).of(example(), right(0), 1).total().item_double())
        .isCloseTo(LN4, within(1e-6));
  }

  /** A question with two choices beside one with three: the missing choice counts nowhere. */
  @Test
  void rowsOfUnlikeCounts() {
    // second row: one token each, of 1/2 (right), 1/4 and 1/4
    Tensor tokens = logits(1 / 2.0, 1 / 8.0, 3 / 4.0, 1 / 2.0, 1 / 4.0, 1 / 4.0);
    Loss both = new TFew().of(scores(tokens, 2, 3, 0, 0, 1, 3, 4, 5), right(0, 0), 2);
    assertThat(lm(both)).isCloseTo((LN4 + Math.log(2)) / 2, within(1e-6));
    assertThat(ul(both)).isCloseTo((LN4 - Math.log(0.75)) / 2, within(1e-6));
    assertThat(ln(both)).isCloseTo((LN4 + Math.log(2)) / 2, within(1e-6));
  }

  /** A step of three rows, in parts. */
  @Test
  void partsOfAStepAddUp() {
    Tensor tokens = logits(0.5, 0.125, 0.75, 0.3, 0.9, 0.2, 0.6);
    double whole =
        new TFew()
            .of(scores(tokens, 3, 2, 0, 0, 1, 2, 3, 4, 5), right(0, 1, 0), 3)
            .total()
            .item_double();
    double first =
        new TFew()
            .of(scores(tokens.narrow(0, 0, 3), 1, 2, 0, 0, 1), right(0), 3)
            .total()
            .item_double();
    double rest =
        new TFew()
            .of(scores(tokens.narrow(0, 3, 4), 2, 2, 0, 1, 2, 3), right(1, 0), 3)
            .total()
            .item_double();
    assertThat(first + rest).isCloseTo(whole, within(1e-6));
  }

  @Test
  void unlikelihoodVanishesWhereWrongChoicesAreImpossible() {
    for (double p : new double[] {1e-2, 1e-4, 1e-6}) {
      Loss loss = new TFew().of(scores(logits(0.5, p), 1, 2, 0, 1), right(0), 1);
      assertThat(ul(loss)).isCloseTo(p, within(0.01 * p + 1e-7)); // -ln(1 - p) is about p
    }
    Loss never = new TFew().of(scores(logits(0.5, 1e-38), 1, 2, 0, 1), right(0), 1);
    assertThat(ul(never)).isZero();
  }

  /** With a wrong token of log-odds 1000, -ln(1 - p) is 1000, and its gradient is p = 1. */
  @Test
  void unlikelihoodStandsCertainty() {
    Tensor tokens = Ops.floats(new float[] {0, 0, 0, 1000}, Compute.CPU).view(-1, 2);
    tokens.set_requires_grad(true);
    Loss loss = new TFew(0, 1, 0).of(scores(tokens, 1, 2, 0, 1), right(0), 1);
    assertThat(ul(loss)).isEqualTo(1000);
    loss.total().backward();
    assertThat(Ops.toFloats(tokens.grad())).containsExactly(0, 0, -1, 1);
  }

  /** A constant on every token's log-probability moves all betas alike. */
  @Test
  void rankingIsBlindToAConstantOnEveryBeta() {
    ChoiceScores scores = example();
    Tensor moved = scores.written().add(scores.tokens().mul(Ops.scalar(-0.7)));
    ChoiceScores other = new ChoiceScores(moved, scores.avoided(), scores.tokens());
    assertThat(ln(new TFew().of(other, right(0), 1)))
        .isCloseTo(ln(new TFew().of(scores, right(0), 1)), within(1e-6));
    assertThat(lm(new TFew().of(other, right(0), 1))).isCloseTo(LN4 + 0.7, within(1e-6));
  }

  @Test
  void oneChoiceIsNothingToRank() {
    Loss loss = new TFew().of(scores(logits(0.5, 0.125), 1, 1, 0, 0), right(0), 1);
    assertThat(ln(loss)).isZero();
    assertThat(ul(loss)).isZero();
    assertThat(lm(loss)).isCloseTo(LN4, within(1e-6));
  }

  /** Equal choices, N wrong ones: L_LN = ln(N + 1). */
  @Test
  void equalChoicesAreAGuess() {
    Loss loss = new TFew().of(scores(logits(0.3, 0.3, 0.3), 1, 3, 0, 1, 2), right(2), 1);
    assertThat(ln(loss)).isCloseTo(Math.log(3), within(1e-6));
  }

  @Test
  void refusesWeightsThatTeachNothing() {
    assertThatThrownBy(() -> new TFew(0, 0, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("rank_classify.loss must have a part above 0, all of lm, ul, ln are 0");
    assertThatThrownBy(() -> new TFew(1, -1, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("rank_classify.loss.ul must be >= 0, was -1");
  }
}
