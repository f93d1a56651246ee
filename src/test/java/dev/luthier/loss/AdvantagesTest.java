package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.answers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Advantages of answers. */
class AdvantagesTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final GroupAdvantage GRPO = new GroupAdvantage(Baseline.GROUP, ScaleRewards.NONE);

  @Test
  void ofTokens() {
    Advantages two = new Advantages(doubles(1, -1), doubles(0));
    assertThat(values(two.ofTokens(answers()))).containsExactly(1, -1, -1, -1);
  }

  /** One of the two groups here, of four in the step. */
  @Test
  void flatGroups() {
    Advantages some = GRPO.of(doubles(1, 1, 1, 0), Segments.ofLengths(Compute.CPU, 2, 2));
    assertThat(values(some.flat())).containsExactly(1, 0);
    assertThat(some.flatGroups(4).name()).isEqualTo("flat_groups");
    assertThat(some.flatGroups(4).value().item_double()).isEqualTo(0.25);
  }
}
