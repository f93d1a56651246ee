package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnTest {
  private static final Column STARS = new Column("good", "bad", 1, 5);

  private static Score score(Column rule, int number, @Nullable Object good, Object bad) {
    Map<String, Object> columns = new HashMap<>();
    columns.put("good", good);
    columns.put("bad", bad);
    return rule.of(new Asked(new Example.PromptCompletion("p", "a"), columns, number, "row 3"));
  }

  /** From 1 to 5 stars: 4 are (4 - 1) / 4, 1 is 0; a text of a number is one, true is 1. */
  @Test
  void byHand() {
    assertThat(score(STARS, 0, 4, 1)).isEqualTo(Score.of(0.75));
    assertThat(score(STARS, 1, 4, 1)).isEqualTo(Score.of(0));
    assertThat(score(STARS, 0, " 5 ", 1)).isEqualTo(Score.of(1));
    assertThat(score(new Column("good", "bad", 0, 1), 0, true, 0)).isEqualTo(Score.of(1));
    assertThat(STARS.scoresWritten()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "six, 'column finds no number in column \"good\"; it holds \"six\"'",
    "NaN, 'column finds no number in column \"good\"; it holds \"NaN\"'",
    "6, 'column finds 6.0 in column \"good\", which is not from 1.0 to 5.0'",
    ", 'column finds no number in column \"good\"; columns are ['"
  })
  void nothingThere(@Nullable String value, String message) {
    assertThatThrownBy(() -> score(STARS, 0, value, 1))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("row 3: " + message);
  }

  @Test
  void bounds() {
    assertThatThrownBy(() -> new Column("a", "b", 1, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("column.high must be > column.low (1.0), was 1.0");
  }
}
