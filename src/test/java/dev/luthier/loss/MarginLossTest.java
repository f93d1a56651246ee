package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.five;
import static dev.luthier.loss.PairExample.pair;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for every loss of a margin. */
class MarginLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final List<MarginLoss> ALL =
      List.of(
          new Dpo(0.3),
          new Hinge(0.3),
          new Ipo(0.3, Per.ANSWER),
          new Robust(0.3, 0.1),
          new Discopop(0.3, 0.05),
          new Gpo(new Convex.Squared(), 0.3),
          new Cpo(0.3, 0, new Convex.Logistic()),
          new SimPo(2, 0.5),
          new AlphaPo(2, 0.5, 0.25));

  @Test
  void swappingThePairNegatesTheMargin() {
    for (MarginLoss loss : ALL) {
      double[] there = values(loss.margin(five()));
      double[] back = values(loss.margin(five().swapped()));
      for (int i = 0; i < there.length; i++) {
        assertThat(back[i]).as("%s", loss).isEqualTo(-there[i]);
      }
    }
  }

  /** L = p f(u - Delta) + (1 - p) f(Delta - u), beyond the method's own lead. */
  @Test
  void labelsByTheirFormula() {
    for (MarginLoss loss : ALL) {
      double p = 0.8;
      double delta = 0.4;
      PairLogps one = pair(-1, -2.5);
      double beyond = loss.margin(one).item_double() - delta - loss.lead();
      double expected =
          p * loss.at(doubles(beyond)).item_double()
              + (1 - p) * loss.at(doubles(-beyond)).item_double();
      assertThat(loss.of(one, new PairLabels(doubles(p), doubles(delta))).item_double())
          .as("%s", loss)
          .isCloseTo(expected, within(1e-12));
      assertThat(loss.takesMargins()).isTrue();
    }
  }

  /** A better answer is worth more: f falls where a pair is not yet decided. */
  @Test
  void theChosenAnswerIsDrawnUpwards() {
    for (MarginLoss loss : ALL) {
      if (!(loss instanceof Discopop)) { // which rises there: see its own test
        assertThat(loss.at(doubles(0.05)).item_double())
            .as("%s", loss)
            .isLessThan(loss.at(doubles(-0.05)).item_double());
      }
    }
  }
}
