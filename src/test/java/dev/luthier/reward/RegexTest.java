package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.error.UserError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegexTest {
  private static double score(Regex rule, String answer) {
    Example.Answered said =
        new Example.ChatCompletion(
            List.of(Message.of("user", "12?")),
            List.of(Message.of("assistant", answer)),
            List.of());
    return rule.of(new Asked(said, Map.of(), 0, "row 1")).total();
  }

  /** Found anywhere, or all of the answer; of a prompt nothing is seen. */
  @Test
  void byHand() {
    assertThat(score(new Regex("\\d+", false), "it is 12.")).isEqualTo(1);
    assertThat(score(new Regex("\\d+", false), "none")).isZero();
    assertThat(score(new Regex("\\d+", true), "it is 12.")).isZero();
    assertThat(score(new Regex("\\d+", true), " 12\n")).isEqualTo(1);
    assertThat(score(new Regex("<a>.*</a>", true), "<a>\n</a>")).isZero();
    assertThat(score(new Regex("(?s)<a>.*</a>", true), "<a>\n</a>")).isEqualTo(1);
  }

  @Test
  void noExpression() {
    assertThatThrownBy(() -> new Regex("(", false))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("regex.pattern must be a regular expression, was (: ");
  }
}
