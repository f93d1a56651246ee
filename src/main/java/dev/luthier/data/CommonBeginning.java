package dev.luthier.data;

import java.util.List;

/**
 * The prompt of two answers that were written down with it: where their common beginning ends. The
 * beginning and the rest of either are the whole again.
 */
final class CommonBeginning {
  private CommonBeginning() {}

  /**
   * Of two texts that differ, as TRL's {@code extract_prompt} has it: up to the first character
   * that differs; a blank before it belongs to the answers. Where one text is the beginning of the
   * other, its last word is its answer (TRL leaves its last character), so that neither answer is
   * empty.
   */
  static int of(String a, String b) {
    int most = Math.min(a.length(), b.length());
    int n = 0;
    while (n < most && a.charAt(n) == b.charAt(n)) {
      n++;
    }
    if (n == most) {
      n = beforeLastWord(a.substring(0, n));
    }
    if (n > 0 && a.charAt(n - 1) == ' ') {
      n--;
    }
    return n > 0 && Character.isHighSurrogate(a.charAt(n - 1)) ? n - 1 : n;
  }

  private static int beforeLastWord(String text) {
    int n = text.stripTrailing().length();
    while (n > 0 && !Character.isWhitespace(text.charAt(n - 1))) {
      n--;
    }
    return n;
  }

  /** Of two conversations: whole messages, of which at least one is left to either. */
  static int of(List<Message> a, List<Message> b) {
    int most = Math.min(a.size(), b.size()) - 1;
    int n = 0;
    while (n < most && a.get(n).equals(b.get(n))) {
      n++;
    }
    return n;
  }
}
