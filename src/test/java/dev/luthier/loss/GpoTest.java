package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.five;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.term;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The family and its members. */
class GpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static void same(Tensor ours, Tensor theirs) {
    double[] expected = values(theirs);
    double[] found = values(ours);
    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-9 * (1 + expected[i])));
    }
  }

  @Test
  void logisticIsDpo() {
    same(new Gpo(new Convex.Logistic(), 0.3).of(five()), new Dpo(0.3).of(five()));
  }

  @Test
  void hingeIsSlic() {
    same(new Gpo(new Convex.Hinge(), 0.3).of(five()), new Hinge(0.3).of(five()));
  }

  /** Squared of beta 2 b is IPO of beta b times 4 b^2; a margin of Delta is one of Delta / 2. */
  @Test
  void squaredIsIpo() {
    double b = 0.3;
    Gpo gpo = new Gpo(new Convex.Squared(), 2 * b);
    Ipo ipo = new Ipo(b, Per.ANSWER);
    same(gpo.of(five()), ipo.of(five()).mul(Ops.scalar(4 * b * b)));
    same(
        gpo.of(five(), PairLabels.by(doubles(1, 2, 3, 4, 5))),
        ipo.of(five(), PairLabels.by(doubles(0.5, 1, 1.5, 2, 2.5))).mul(Ops.scalar(4 * b * b)));
    same(
        gpo.of(five(), PairLabels.soft(doubles(0.9, 0.8, 0.7, 0.6, 0.5))),
        ipo.of(five(), PairLabels.soft(doubles(0.9, 0.8, 0.7, 0.6, 0.5)))
            .mul(Ops.scalar(4 * b * b)));
  }

  /** Answers without a pair: f sigmoid, measured from z_0, is KTO. */
  @Test
  void sigmoidIsKto() {
    Logps answers = five().chosen();
    Tensor labels = doubles(1, 0, 1, 0, 1);
    same(
        new Gpo(new Convex.Sigmoid(), 0.3).of(answers, labels, doubles(0.7)),
        new Kto(0.3, 1, 1).of(answers, labels, doubles(0.7)));
  }

  private static Logps three() {
    return answers(doubles(2, 1, 0).view(1, 3), 2);
  }

  @Test
  void rankings() {
    Gpo gpo = new Gpo(new Convex.Exponential(), 0.5);
    Tensor ranks = Ops.longs(new long[] {1, 2, 3}, Compute.CPU).view(1, 3);
    // rewards 1, 0.5, 0: margins 0.5, 0.5 and 1
    assertThat(gpo.ofRanking(three(), ranks).item_double())
        .isCloseTo((2 * Math.exp(-0.5) + Math.exp(-1)) / 3, within(1e-12));
  }

  @Test
  void grades() {
    Gpo gpo = new Gpo(new Convex.Exponential(), 0.5);
    // grades 2, 1, 1: margins 0.5 and 1, each offset by 1
    assertThat(gpo.ofGrades(three(), doubles(2, 1, 1).view(1, 3)).item_double())
        .isCloseTo((Math.exp(0.5) + 1) / 2, within(1e-12));
  }

  /** Pairs as rows of two answers. */
  private static Logps beside(PairLogps pairs) {
    return new Logps(
        two(pairs.chosen().policy(), pairs.rejected().policy()),
        two(pairs.chosen().tokens(), pairs.rejected().tokens()),
        two(pairs.chosen().reference(), pairs.rejected().reference()));
  }

  private static Tensor two(Tensor a, Tensor b) { // (5, 2)
    return torch.stack(new TensorVector(a, b), 1);
  }

  private static Gpo with(Convex f, Ranking ranking, Offset offset) {
    return new Gpo(f, 0.3, Per.ANSWER, new Divergence.ReverseKl(), ranking, offset, 1, 1);
  }

  /** Of two answers either way to take a ranking is DPO. */
  @Test
  void rankingsOfTwoAreDpo() {
    Tensor ranks = Ops.longs(new long[] {1, 2, 1, 2, 1, 2, 1, 2, 1, 2}, Compute.CPU).view(5, 2);
    for (Ranking ranking : List.of(new AllPairs(), new PlackettLuce())) {
      Gpo gpo = with(new Convex.Logistic(), ranking, Offset.USUAL);
      same(gpo.ofRanking(beside(five()), ranks), new Dpo(0.3).of(five()));
      assertThat(gpo.ofRankings(beside(five()), ranks, 5).total().item_double())
          .isCloseTo(new Dpo(0.3).of(five()).mean().item_double(), within(1e-12));
    }
  }

  /** Grades of two answers are pairs with the offset as margin: ODPO. */
  @Test
  void gradesOfTwoAreOdpo() {
    Tensor grades = doubles(3, 1, 2, 1.5, 9, 1, 1, 0, 4, 3).view(5, 2);
    Tensor apart = doubles(2, 0.5, 8, 1, 1);
    same(
        with(new Convex.Logistic(), new AllPairs(), Offset.USUAL).ofGrades(beside(five()), grades),
        new Dpo(0.3).of(five(), PairLabels.by(apart)));
    same(
        with(new Convex.Squared(), new AllPairs(), new Offset(0.5, Offset.Scale.LOG))
            .ofGrades(beside(five()), grades),
        new Gpo(new Convex.Squared(), 0.3)
            .of(five(), PairLabels.by(apart.log().mul(Ops.scalar(0.5)))));
    same(
        with(new Convex.Logistic(), new AllPairs(), new Offset(0, Offset.Scale.LINEAR))
            .ofGrades(beside(five()), grades),
        new Dpo(0.3).of(five()));
  }

  /** At the reference a ranking of K is a guess among K! with plackett_luce. */
  @Test
  void rankingsAtTheReference() {
    Logps reference = answers(doubles(0, 0, 0, 0).view(1, 4), 2);
    Tensor ranks = Ops.longs(new long[] {3, 1, 4, 2}, Compute.CPU).view(1, 4);
    Gpo gpo = with(new Convex.Logistic(), new PlackettLuce(), Offset.USUAL);
    assertThat(gpo.ofRanking(reference, ranks).item_double())
        .isCloseTo(Math.log(24), within(1e-12));
    Loss step = gpo.ofRankings(reference, ranks, 1);
    assertThat(term(step, "accuracy")).isEqualTo(0.25);
    assertThat(term(step, "margin")).isZero();
  }

  /** What stands where there is no answer has no gradient. */
  @Test
  void gradientsOfUnevenRows() {
    Tensor ranks = Ops.longs(new long[] {2, 1, 3, 1, 2, 0}, Compute.CPU).view(2, 3);
    Tensor grades = doubles(2, 4, 1, 1, 2, Double.NaN).view(2, 3);
    double[] at = {0.3, -0.2, 0.9, 1.2, 0.1, 7};
    for (Ranking ranking : List.of(new AllPairs(), new PlackettLuce())) {
      Gpo gpo = with(new Convex.Logistic(), ranking, Offset.USUAL);
      gradientIsThatOfDifferences(x -> gpo.ofRanking(answers(x.view(2, 3), 2), ranks), at);
      gradientIsThatOfDifferences(x -> gpo.ofGrades(answers(x.view(2, 3), 2), grades), at);
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Gpo(new Convex.Logistic(), 0))
        .isInstanceOf(UserError.class)
        .hasMessage("gpo.beta must be > 0, was 0");
  }
}
