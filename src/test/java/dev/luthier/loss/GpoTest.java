package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.five;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
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

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Gpo(new Convex.Logistic(), 0))
        .isInstanceOf(UserError.class)
        .hasMessage("gpo.beta must be > 0, was 0");
  }
}
