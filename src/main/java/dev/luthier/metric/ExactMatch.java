package dev.luthier.metric;

import java.util.Locale;
import java.util.regex.Pattern;

/** Whether an answer is the expected one. */
public enum ExactMatch {
  /** Character by character. */
  PLAIN {
    @Override
    String normal(String text) {
      return text;
    }
  },
  /**
   * Without case, ASCII punctuation, the articles a, an, the, and differences in blanks: the
   * evaluation script of SQuAD (Rajpurkar et al. 2016).
   */
  SQUAD {
    @Override
    String normal(String text) {
      String words = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
      words = ARTICLES.matcher(words).replaceAll(" ");
      return BLANKS.matcher(words).replaceAll(" ").strip();
    }
  };

  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}"); // ASCII alone
  private static final Pattern ARTICLES =
      Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  abstract String normal(String text);

  public boolean matches(String expected, String answer) {
    return normal(expected).equals(normal(answer));
  }
}
