package dev.luthier.data;

import java.util.function.IntFunction;

/**
 * A tokenized example, with the text that each token stands for.
 *
 * @param row the tokens and which of them are learnt
 * @param text what was tokenized
 * @param starts where each token begins in the text, in UTF-16 chars
 * @param ends where each token ends, exclusive
 */
public record Marked(TokenRow row, String text, int[] starts, int[] ends) {
  private static final String GREEN = "\u001B[32m";
  private static final String RESET = "\u001B[0m";

  /**
   * The text with the learnt tokens in green, or in {@code [[ ]]} without colours. Tokens that
   * stand for no text, as a BOS before plain text, are spelled out.
   *
   * @param spell the text of a token by its id
   */
  String show(boolean colours, IntFunction<String> spell) {
    StringBuilder out = new StringBuilder();
    boolean learnt = false;
    int at = 0;
    for (int i = 0; i < row.length(); i++) {
      if (starts[i] > at) {
        learnt = mark(out, learnt, false, colours);
        out.append(text, at, starts[i]);
        at = starts[i];
      }
      learnt = mark(out, learnt, row.trained()[i], colours);
      if (starts[i] == ends[i]) {
        out.append(spell.apply(row.ids()[i]));
      } else if (ends[i] > at) {
        out.append(text, at, ends[i]);
        at = ends[i];
      }
    }
    mark(out, learnt, false, colours);
    return out.append(text, at, text.length()).toString();
  }

  /** A learnt text, in green or in {@code [[ ]]}. */
  static String learnt(String text, boolean colours) {
    return (colours ? GREEN : "[[") + text + (colours ? RESET : "]]");
  }

  private static boolean mark(StringBuilder out, boolean was, boolean is, boolean colours) {
    if (was != is) {
      out.append(is ? (colours ? GREEN : "[[") : (colours ? RESET : "]]"));
    }
    return is;
  }
}
