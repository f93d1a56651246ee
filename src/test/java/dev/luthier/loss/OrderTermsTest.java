package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.five;
import static dev.luthier.loss.PairExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a step of rankings and grades logs. */
class OrderTermsTest {
  private static final double NONE = Double.NaN;

  private final Scope scope = new Scope();
  private final Gpo gpo = new Gpo(new Convex.Logistic(), 0.5);

  @AfterEach
  void free() {
    scope.close();
  }

  /**
   * Log-ratios 1, 3, 2 of grades 5, 4, 1, and 4, 0 of grades 2, 3; beta 0.5. The best of the first
   * row does not lead, nor that of the second; margins from best to last (1 - 2) / 2 and (0 - 4) /
   * 2.
   */
  @Test
  void byHand() {
    Logps answers = answers(doubles(1, 3, 2, 4, 0, 9).view(2, 3), 2);
    Loss loss = gpo.ofGrades(answers, doubles(5, 4, 1, 2, 3, NONE).view(2, 3), 2);
    assertThat(term(loss, "accuracy")).isZero();
    assertThat(term(loss, "logp_accuracy")).isZero();
    assertThat(term(loss, "margin")).isCloseTo((-0.5 - 2) / 2, within(1e-12));
    assertThat(term(loss, "reward_chosen")).isCloseTo((0.5 + 0) / 2, within(1e-12));
    assertThat(term(loss, "reward_rejected")).isCloseTo((1.0 + 2) / 2, within(1e-12));
    assertThat(term(loss, "logp_chosen")).isCloseTo((1.0 + 0) / 2, within(1e-12));
    assertThat(term(loss, "logp_rejected")).isCloseTo((2.0 + 4) / 2, within(1e-12));
  }

  /** Of three equal rewards, of which two are the best answers', two thirds are right. */
  @Test
  void equalRewardsAreALot() {
    Logps answers = answers(doubles(1, 1, 1).view(1, 3), 2);
    Loss loss = gpo.ofGrades(answers, doubles(5, 5, 1).view(1, 3), 1);
    assertThat(term(loss, "accuracy")).isCloseTo(2.0 / 3, within(1e-6));
  }

  @Test
  void ofTwoAnswersItIsThatOfPairs() {
    PairLogps pairs = five();
    Logps beside =
        new Logps(
            two(pairs.chosen().policy(), pairs.rejected().policy()),
            two(pairs.chosen().tokens(), pairs.rejected().tokens()),
            two(pairs.chosen().reference(), pairs.rejected().reference()));
    Loss order = gpo.ofGrades(beside, doubles(2, 1, 2, 1, 2, 1, 2, 1, 2, 1).view(5, 2), 5);
    Loss pair = PairTerms.of(gpo, pairs, PairLabels.by(doubles(1, 1, 1, 1, 1)), 5);
    assertThat(order.total().item_double()).isCloseTo(pair.total().item_double(), within(1e-12));
    assertThat(order.terms()).hasSameSizeAs(pair.terms());
    for (Loss.Term term : pair.terms()) {
      assertThat(term(order, term.name()))
          .as(term.name())
          .isCloseTo(term.value().item_double(), within(1e-12));
    }
  }

  private static Tensor two(Tensor a, Tensor b) { // (5, 2)
    return torch.stack(new TensorVector(a, b), 1);
  }

  @Test
  void termsHaveNoGradient() {
    Tensor x = doubles(1, 2).set_requires_grad(true);
    Loss loss = gpo.ofGrades(answers(x.view(1, 2), 2), doubles(2, 1).view(1, 2), 1);
    assertThat(loss.total().requires_grad()).isTrue();
    assertThat(loss.terms()).noneMatch(term -> term.value().requires_grad());
  }
}
