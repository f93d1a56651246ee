package dev.luthier.loss;

import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of what the ratio is taken: w = 1.5 | 0.5, 1, 1.1. */
class RatioLevelTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void byHand() {
    assertThat(values(RatioLevel.TOKEN.ratios(tokens())))
        .containsExactly(new double[] {1.5, 0.5, 1, 1.1}, within(1e-12));
    double mean = Math.cbrt(0.55);
    assertThat(values(RatioLevel.SEQUENCE.ratios(tokens())))
        .containsExactly(new double[] {1.5, mean, mean, mean}, within(1e-12));
    assertThat(values(RatioLevel.PRODUCT.ratios(tokens())))
        .containsExactly(new double[] {1.5, 0.55, 0.55, 0.55}, within(1e-12));
  }

  @Test
  void sharesAreOfWhatHasTheRatio() {
    assertThat(RatioLevel.TOKEN.share()).isEqualTo(Aggregation.TOKENS);
    assertThat(RatioLevel.SEQUENCE.share()).isEqualTo(Aggregation.ANSWERS);
    assertThat(RatioLevel.PRODUCT.share()).isEqualTo(Aggregation.ANSWERS);
  }
}
