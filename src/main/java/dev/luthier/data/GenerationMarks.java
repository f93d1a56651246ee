package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The two characters written around the text of a {% generation %} block while it is rendered, so
 * that its place in the output is known. They are Unicode noncharacters that occur neither in the
 * template nor in what it prints, and are taken out again.
 */
record GenerationMarks(String open, String close) {

  static final GenerationMarks NONE = new GenerationMarks("", "");

  private static final char FIRST = '\uFDD0';
  private static final char LAST = '\uFDEF';

  /** A pair that none of the texts contains. */
  static GenerationMarks absentFrom(String... texts) {
    for (char c = FIRST; c < LAST; c += 2) {
      String open = String.valueOf(c);
      String close = String.valueOf((char) (c + 1));
      boolean free = true;
      for (String text : texts) {
        free &= !text.contains(open) && !text.contains(close);
      }
      if (free) {
        return new GenerationMarks(open, close);
      }
    }
    throw new UserError(
        "a conversation uses all noncharacters U+FDD0 to U+FDEF; the assistant's text cannot be"
            + " marked in it: remove one of them");
  }

  /** The text without the marks, and the spans that they stood around, by their beginning. */
  ChatTemplate.Rendered remove(String place, String marked) {
    if (open.isEmpty()) {
      return new ChatTemplate.Rendered(marked, List.of());
    }
    StringBuilder text = new StringBuilder(marked.length());
    List<int[]> spans = new ArrayList<>();
    Deque<int[]> openSpans = new ArrayDeque<>();
    for (int i = 0; i < marked.length(); i++) {
      char c = marked.charAt(i);
      if (c == open.charAt(0)) {
        int[] span = {text.length(), -1};
        spans.add(span);
        openSpans.push(span);
      } else if (c == close.charAt(0) && !openSpans.isEmpty()) {
        openSpans.pop()[1] = text.length();
      } else if (c == close.charAt(0)) {
        throw cut(place);
      } else {
        text.append(c);
      }
    }
    if (!openSpans.isEmpty()) {
      throw cut(place);
    }
    return new ChatTemplate.Rendered(text.toString(), List.copyOf(spans));
  }

  private static UserError cut(String place) {
    return new UserError(
        place
            + ": the chat template cuts the text of a {% generation %} block apart: print it whole");
  }
}
