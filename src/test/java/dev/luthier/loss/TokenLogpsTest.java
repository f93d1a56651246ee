package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is known of tokens. */
class TokenLogpsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void ratios() {
    TokenLogps one = new TokenLogps(doubles(-1), doubles(-3), Segments.ofLengths(Compute.CPU, 1));
    assertThat(values(one.logRatios())).containsExactly(2);
  }

  /**
   * exp(80) is finite in float32, exp(90) is not: times an advantage of 0 it would be no number.
   */
  @Test
  void ratiosStayFinite() {
    TokenLogps one = new TokenLogps(doubles(0), doubles(-90), Segments.ofLengths(Compute.CPU, 1));
    assertThat(values(one.logRatios())).containsExactly(80);
  }

  @Test
  void partsAreAdded() {
    TokenLogps all = tokens().and(doubles(1)).withEntropy(doubles(2)).weighted(doubles(3));
    assertThat(List.of(all.reference(), all.entropy(), all.weights()))
        .extracting(t -> values(t)[0])
        .containsExactly(1.0, 2.0, 3.0);
    assertThatThrownBy(() -> tokens().held()).isInstanceOf(IllegalStateException.class);
  }
}
