package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two answers of 2 and 4 tokens. */
class LogpsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void ratiosAndMeansByHand() {
    Logps two = new Logps(doubles(-3, -8), doubles(2, 4), doubles(-5, -6));
    assertThat(values(two.ratios())).containsExactly(2, -2);
    assertThat(values(two.means())).containsExactly(-1.5, -2);
  }

  /** Where there is no answer, there are no tokens to divide by. */
  @Test
  void noAnswerHasNoMean() {
    assertThat(values(new Logps(doubles(0), doubles(0)).means())).containsExactly(0);
  }

  @Test
  void noReferenceNoRatio() {
    Logps alone = new Logps(doubles(-3), doubles(2));
    assertThatThrownBy(alone::ratios)
        .hasMessage("this loss compares with a reference, and got none");
  }
}
