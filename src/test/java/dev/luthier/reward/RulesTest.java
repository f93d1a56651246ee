package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static Asked asked(String answer, Map<String, Object> columns) {
    return new Asked(new Example.PromptCompletion("p", answer), columns, 0, "row 4");
  }

  private static double score(Rule rule, String answer) {
    return rule.of(asked(answer, Map.of())).total();
  }

  /** GSM8K's form, a box, or the last number; by value. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "48 + 24 = 72\\n#### 72 | 72",
        "#### 1,000 apples, of 3 kinds | 1000",
        "first 5, then \\boxed{12.50} of 99 | 12.5",
        "It is 10-3 | 3",
        "it is -3. | -3",
        "x = −4 | -4",
        "$1,234,567.80 | 1234567.8",
        "costs .5 | 0.5",
        "2 and 3 | 3"
      })
  void comesToANumber(String text, String number) {
    assertThat(NumericAnswer.number(text.replace("\\n", "\n")).orElseThrow())
        .isEqualByComparingTo(number);
  }

  @Test
  void comparesNumbersByValue() {
    NumericAnswer rule = new NumericAnswer("answer");
    Map<String, Object> row = Map.of("answer", "so 6 * 7 = 42\n#### 42");
    assertThat(rule.of(asked("42.0", row)).total()).isEqualTo(1);
    assertThat(rule.of(asked("43", row)).total()).isZero();
    assertThat(rule.of(asked("no idea", row)).total()).isZero();
    assertThatThrownBy(() -> rule.of(asked("42", Map.of("answer", "none"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("row 4: column \"answer\" holds no number");
    assertThatThrownBy(() -> rule.of(asked("42", Map.of())))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("row 4: numeric_answer finds no expected number");
  }

  /** a b c, b c a, c a b, a b c: one of four came before. */
  @Test
  void repetition() {
    assertThat(score(new Repetition(3), "a b c a b c")).isEqualTo(0.25);
    assertThat(score(new Repetition(1), "a a a a")).isEqualTo(0.75);
    assertThat(score(new Repetition(3), "a b")).isZero();
  }

  /** With a slack of 3 words the score falls by a fourth for each word outside. */
  @Test
  void length() {
    Length rule = new Length(2, 4, 3);
    assertThat(score(rule, "a b")).isEqualTo(1);
    assertThat(score(rule, "a b c d e")).isCloseTo(0.75, within(1e-12));
    assertThat(score(rule, "")).isCloseTo(0.5, within(1e-12));
    assertThat(score(rule, "a b c d e f g h i")).isZero();
    assertThat(score(new Length(0, 1, 0), "a b")).isZero();
    assertThatThrownBy(() -> new Length(3, 2, 0)).hasMessageContaining("length.most");
  }

  /** 2 * 1 - 0.5 * 0.25, and the parts as they are. */
  @Test
  void sum() {
    WeightedSum sum =
        new WeightedSum(
            Map.of(
                "long", new WeightedSum.Summand(new Length(0, 100, 0), 2),
                "loop", new WeightedSum.Summand(new Repetition(3), -0.5)));
    Score score = sum.of(List.of(asked("a b c a b c", Map.of()))).get(0);
    assertThat(score.total()).isCloseTo(1.875, within(1e-12));
    assertThat(score.parts()).containsEntry("long", 1.0).containsEntry("loop", 0.25);
  }
}
