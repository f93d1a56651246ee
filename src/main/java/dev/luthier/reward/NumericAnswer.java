package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * 1 where the number that the answer comes to is the expected one, else 0. An answer comes to what
 * it puts in {@code \boxed{}}, else to the number behind the last {@code ####} (GSM8K's form), else
 * to its last number. Numbers are equal by value: 1,000 is 1000.0.
 */
@Doc("1 where the number that the answer comes to is the expected one (GSM8K's form, or plain)")
public record NumericAnswer(
    @Doc("The column that holds the expected number, perhaps at the end of a solution")
        @Default("expected")
        String column)
    implements Rule {
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:(?<![\\d)])[-−])?(?:(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?|\\.\\d+)");
  private static final Pattern BOXED = Pattern.compile("\\\\boxed\\{([^{}]*)\\}");
  private static final String MARK = "####";

  @Override
  public Score of(Asked answer) {
    Object expected = answer.columns().get(column);
    if (expected == null) {
      throw new UserError(
          "%s: numeric_answer finds no expected number in column \"%s\"; columns are %s"
              .formatted(answer.place(), column, answer.columns().keySet()));
    }
    BigDecimal right =
        number(expected.toString())
            .orElseThrow(
                () ->
                    new UserError(
                        "%s: column \"%s\" holds no number, but \"%.40s\""
                            .formatted(answer.place(), column, expected)));
    boolean same =
        number(answer.answered().said()).filter(n -> n.compareTo(right) == 0).isPresent();
    return Score.of(same ? 1 : 0);
  }

  /** The number that a text comes to. */
  static Optional<BigDecimal> number(String text) {
    Optional<String> boxed = last(BOXED, text, 1);
    if (boxed.isPresent()) {
      return last(NUMBER, boxed.get(), 0).map(NumericAnswer::value);
    }
    int mark = text.lastIndexOf(MARK);
    if (mark >= 0) {
      Matcher first = NUMBER.matcher(text.substring(mark + MARK.length()));
      return first.find() ? Optional.of(value(first.group())) : Optional.empty();
    }
    return last(NUMBER, text, 0).map(NumericAnswer::value);
  }

  private static Optional<String> last(Pattern pattern, String text, int group) {
    Matcher matcher = pattern.matcher(text);
    String found = null;
    while (matcher.find()) {
      found = matcher.group(group);
    }
    return Optional.ofNullable(found);
  }

  private static BigDecimal value(String number) {
    return new BigDecimal(number.replace(",", "").replace('−', '-'));
  }
}
