package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers of 2 and 4 tokens. */
class PerTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void answerOrToken() {
    Logps two = new Logps(doubles(-3, -8), doubles(2, 4));
    assertThat(values(Per.ANSWER.of(doubles(6, 8), two))).containsExactly(6, 8);
    assertThat(values(Per.TOKEN.of(doubles(6, 8), two))).containsExactly(3, 2);
  }
}
