package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.loss;
import static dev.luthier.loss.PairExample.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for every loss of an order. */
class OrderLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final List<OrderLoss> ALL =
      List.of(
          new NcaPair(0.3),
          new BcoPair(0.3),
          new SppoHard(0.3),
          new ApoZero(0.3),
          new ApoDown(0.3),
          new Orpo(0.1),
          new Nll());

  @Test
  void softLabelsByTheirFormula() {
    for (OrderLoss loss : ALL) {
      double expected =
          0.7 * loss(loss, -1, -2) + 0.3 * loss.of(pair(-1, -2).swapped()).item_double();
      assertThat(loss.of(pair(-1, -2), PairLabels.soft(doubles(0.7))).item_double())
          .as(loss.name())
          .isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void marginsAreRefusedByName() {
    for (OrderLoss loss : ALL) {
      assertThatThrownBy(() -> loss.of(pair(-1, -2), PairLabels.by(doubles(1))))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(loss.name() + " has no place for the margins");
      assertThat(loss.takesMargins()).isFalse();
    }
  }
}
