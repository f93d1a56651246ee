package dev.luthier.loss;

import static dev.luthier.loss.PairExample.answers;
import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.sigmoid;
import static dev.luthier.loss.PairExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two labelled answers. */
class LabelledTermsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Rewards 0.1 * (3 - 1) = 0.2 of a good answer and 0.1 * (2 - 1) = 0.1 of a bad one. */
  @Test
  void byHand() {
    Loss loss =
        new Kto(0.1, 1, 1).of(answers(doubles(3, 2), 2), doubles(1, 0), doubles(1).squeeze(), 2);
    assertThat(term(loss, "accuracy")).isEqualTo(0.5);
    assertThat(term(loss, "signed_reward")).isCloseTo((0.2 - 0.1) / 2, within(1e-12));
    assertThat(term(loss, "signed_logp")).isCloseTo((3 - 2) / 2.0, within(1e-12));
    assertThat(term(loss, "origin")).isCloseTo(1, within(1e-12));
    assertThat(loss.total().item_double())
        .isCloseTo((sigmoid(-0.2) + sigmoid(0.1)) / 2, within(1e-12));
  }

  /** The terms of two micro-batches add up to those of the step. */
  @Test
  void partsAddUp() {
    Kto kto = new Kto(0.1, 1, 1);
    Tensor origin = doubles(1).squeeze();
    Loss whole = kto.of(answers(doubles(3, 2), 2), doubles(1, 0), origin, 2);
    Loss first = kto.of(answers(doubles(3), 2), doubles(1), origin, 2);
    Loss second = kto.of(answers(doubles(2), 2), doubles(0), origin, 2);
    for (Loss.Term term : whole.terms()) {
      assertThat(term(first, term.name()) + term(second, term.name()))
          .as(term.name())
          .isCloseTo(term.value().item_double(), within(1e-12));
    }
  }
}
