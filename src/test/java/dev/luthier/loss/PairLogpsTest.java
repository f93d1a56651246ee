package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.five;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which tensor is whose. */
class PairLogpsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void swappedTwiceIsTheSame() {
    PairLogps five = five();
    assertThat(five.swapped().chosen()).isEqualTo(five.rejected());
    assertThat(five.swapped().swapped()).isEqualTo(five);
  }

  @Test
  void sixTensorsByTheirPlaces() {
    PairLogps one =
        new PairLogps(doubles(1), doubles(2), doubles(3), doubles(4), doubles(5), doubles(6));
    assertThat(values(one.chosen().ratios())).containsExactly(-2); // 1 - 3
    assertThat(values(one.rejected().ratios())).containsExactly(-2); // 2 - 4
    assertThat(values(one.chosen().tokens())).containsExactly(5);
    assertThat(values(one.rejected().tokens())).containsExactly(6);
  }
}
