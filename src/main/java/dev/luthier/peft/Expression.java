package dev.luthier.peft;

import dev.luthier.error.UserError;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression of an adapter's settings, which may take only so many steps. */
final class Expression {
  /** What no sensible expression needs on a module's name. */
  private static final int STEPS = 1_000_000;

  private Expression() {}

  /**
   * Whether the whole name matches.
   *
   * @throws UserError if the expression is broken or has no end in sight
   */
  static boolean matches(String expression, String name) {
    try {
      return Pattern.compile(expression)
          .matcher(new Counted(expression, name, new int[] {STEPS}))
          .matches();
    } catch (PatternSyntaxException e) {
      throw new UserError(
          "%s is no regular expression: %s".formatted(expression, e.getDescription()), e);
    } catch (StackOverflowError e) {
      throw endless(expression, name);
    }
  }

  private static UserError endless(String expression, String name) {
    return new UserError(
        "the regular expression %s takes too many steps on %s; write it without repeated repetitions"
            .formatted(expression, name));
  }

  /** A text that counts how often it is looked at. */
  private record Counted(String expression, String text, int[] left) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (left[0]-- == 0) {
        throw endless(expression, text);
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
