package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One pair, two metrics. */
class OutcomesTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final List<String> NAMES = List.of("truth", "kindness");

  /** Weights 2 and 0.5: 2 (1 - 0) + 0.5 (0.2 - 0.6) = 1.8. */
  @Test
  void gapByHand() {
    Outcomes outcomes =
        new Outcomes(
            doubles(1, 0.2).view(1, 2), doubles(0, 0.6).view(1, 2), doubles(2, 0.5), NAMES);
    assertThat(outcomes.gap().item_double()).isCloseTo(1.8, within(1e-12));
  }

  /** Of a policy that takes the chosen answer with 0.75: 0.75 and 0.75 * 0.2 + 0.25 * 0.6 = 0.3. */
  @Test
  void expectedByHand() {
    Outcomes outcomes =
        new Outcomes(
            doubles(1, 0.2).view(1, 2), doubles(0, 0.6).view(1, 2), doubles(2, 0.5), NAMES);
    double[] expected = values(outcomes.expected(doubles(0.75)));
    assertThat(expected[0]).isCloseTo(0.75, within(1e-12));
    assertThat(expected[1]).isCloseTo(0.3, within(1e-12));
  }

  @Test
  void everyWeightHasItsName() {
    assertThatThrownBy(
            () -> new Outcomes(doubles(1).view(1, 1), doubles(0).view(1, 1), doubles(1), NAMES))
        .hasMessage("1 weights of 2 metrics");
  }
}
