package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.TokenExample.answers;
import static dev.luthier.loss.TokenExample.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a long answer counts: losses 4 | 1, 2, 6 with at most 5 tokens. */
class AggregationTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static double of(Aggregation aggregation) {
    return aggregation.of(doubles(4, 1, 2, 6), answers(), step()).item_double();
  }

  @Test
  void byHand() {
    assertThat(of(Aggregation.ANSWERS)).isEqualTo((4 + 3) / 2.0);
    assertThat(of(Aggregation.TOKENS)).isEqualTo(13 / 4.0);
    assertThat(of(Aggregation.LIMIT)).isEqualTo(13 / 10.0);
    assertThat(of(Aggregation.SUMS)).isEqualTo(13 / 2.0);
  }

  /** A step of two micro-batches, an answer each, is the step of one. */
  @Test
  void microBatchesAddUp() {
    for (Aggregation a : Aggregation.values()) {
      double first = a.of(doubles(4), Segments.ofLengths(Compute.CPU, 1), step()).item_double();
      double second =
          a.of(doubles(1, 2, 6), Segments.ofLengths(Compute.CPU, 3), step()).item_double();
      assertThat(first + second).as("%s", a).isCloseTo(of(a), within(1e-12));
    }
  }
}
