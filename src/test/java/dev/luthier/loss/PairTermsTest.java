package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.pair;
import static dev.luthier.loss.PairExample.pairs;
import static dev.luthier.loss.PairExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a step of pairs logs. */
class PairTermsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Two pairs, beta 0.5: rewards -0.5, 0 and -1.5, 1; margins 1 and -1. */
  private static PairLogps two() {
    return pairs(new double[] {-1, 0}, new double[] {-3, 2});
  }

  @Test
  void byHand() {
    Loss loss = PairTerms.of(new Dpo(0.5), two(), PairLabels.PLAIN, 2);
    assertThat(loss.total().item_double())
        .isCloseTo((logistic(1) + logistic(-1)) / 2, within(1e-12));
    assertThat(term(loss, "accuracy")).isEqualTo(0.5);
    assertThat(term(loss, "margin")).isCloseTo(0, within(1e-12));
    assertThat(term(loss, "reward_chosen")).isCloseTo(-0.25, within(1e-12));
    assertThat(term(loss, "reward_rejected")).isCloseTo(-0.25, within(1e-12));
    assertThat(term(loss, "logp_chosen")).isCloseTo(-0.5, within(1e-12));
    assertThat(term(loss, "logp_rejected")).isCloseTo(-0.5, within(1e-12));
  }

  @Test
  void termsHaveNoGradient() {
    Tensor x = doubles(-1).set_requires_grad(true);
    PairLogps pairs = new PairLogps(answers(x, 2), answers(doubles(-3), 2));
    for (Loss.Term term : PairTerms.of(new Dpo(0.5), pairs, PairLabels.PLAIN, 1).terms()) {
      assertThat(term.value().requires_grad()).as(term.name()).isFalse();
    }
  }

  @Test
  void partsOfAStepAddUp() {
    Dpo dpo = new Dpo(0.5);
    Loss whole = PairTerms.of(dpo, two(), PairLabels.PLAIN, 2);
    Loss first = PairTerms.of(dpo, pair(-1, -3), PairLabels.PLAIN, 2);
    Loss second = PairTerms.of(dpo, pair(0, 2), PairLabels.PLAIN, 2);
    for (Loss.Term term : whole.terms()) {
      assertThat(term(first, term.name()) + term(second, term.name()))
          .as(term.name())
          .isCloseTo(term.value().item_double(), within(1e-12));
    }
  }
}
