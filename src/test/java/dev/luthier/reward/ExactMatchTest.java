package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExactMatchTest {
  private static Asked asked(String answer, Map<String, Object> columns) {
    return new Asked(new Example.PromptCompletion("2 + 3?", answer), columns, 0, "a.jsonl line 7");
  }

  /** Blanks around both do not count; a number is its digits; anything else is 0. */
  @Test
  void byHand() {
    ExactMatch rule = new ExactMatch("expected");
    assertThat(rule.of(List.of(asked(" 5\n", Map.of("expected", "5")))))
        .containsExactly(Score.of(1));
    assertThat(rule.of(asked("5", Map.of("expected", 5))).total()).isEqualTo(1);
    assertThat(rule.of(asked("5.", Map.of("expected", "5"))).total()).isZero();
    assertThat(new ExactMatch("gold").of(asked("x", Map.of("gold", "x"))).total()).isEqualTo(1);
  }

  @Test
  void nothingExpected() {
    Map<String, Object> empty = new HashMap<>();
    empty.put("expected", null);
    for (Map<String, Object> columns : List.of(Map.<String, Object>of("gold", "5"), empty)) {
      assertThatThrownBy(() -> new ExactMatch("expected").of(asked("5", columns)))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              "a.jsonl line 7: exact_match finds no expected answer in column \"expected\"");
    }
  }
}
