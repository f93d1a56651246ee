package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** 1 where a regular expression matches the answer, else 0. */
@Doc("1 where a regular expression is found in the answer, else 0")
public record Regex(
    @Doc("The expression, as java.util.regex has it; `(?s)` in front lets a dot match line ends")
        String pattern,
    @Doc("Whether it has to match all of the answer but for blanks around it") @Default("false")
        boolean whole)
    implements Rule {
  public Regex {
    compiled(pattern);
  }

  private static Pattern compiled(String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new UserError(
          "regex.pattern must be a regular expression, was %s: %s"
              .formatted(pattern, e.getDescription()),
          e);
    }
  }

  @Override
  public Score of(Asked answer) {
    var matcher = compiled(pattern).matcher(answer.answered().said().strip());
    return Score.of((whole ? matcher.matches() : matcher.find()) ? 1 : 0);
  }
}
