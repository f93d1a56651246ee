package dev.luthier.data;

/** The places of characters where Rust and Java count differently. */
final class CodePoints {
  private CodePoints() {}

  /** The char index of every code point, and the length at the end: Rust counts code points. */
  static int[] chars(String text) {
    int[] chars = new int[text.codePointCount(0, text.length()) + 1];
    for (int point = 0, at = 0; point < chars.length; point++) {
      chars[point] = at;
      at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
    }
    return chars;
  }
}
