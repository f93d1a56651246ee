package dev.luthier.rollout;

import java.util.Arrays;
import java.util.List;

/**
 * The text of one completion while its tokens arrive. A token may end inside a UTF-8 character, so
 * tokens wait until what they decode to ends with a whole one; and text that may yet turn out to
 * begin a stop string is not given out before that is decided.
 *
 * <p>Tokens are decoded behind the few before them, and what those alone decode to is taken off
 * (vLLM's incremental detokenization does the same), because many tokenizers drop the space before
 * the first word of a text.
 */
final class CompletionText {
  private static final String INCOMPLETE = "\uFFFD";
  private static final int CONTEXT = 5;

  private final Decoder decoder;
  private final List<String> stops;
  private final StringBuilder text = new StringBuilder();
  private int[] ids; // the end of the prompt, then the completion
  private int size;
  private int from; // where the context of the next decoding starts
  private int read; // tokens before this one are in the text
  private int given; // characters of the text that were given out
  private boolean stopped;

  CompletionText(Decoder decoder, int[] prompt, List<String> stops) {
    this.decoder = decoder;
    this.stops = stops;
    this.ids = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - CONTEXT), prompt.length);
    this.size = ids.length;
    this.read = ids.length;
  }

  /** Takes a token without looking at its text. */
  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, 2 * size));
    }
    ids[size++] = id;
  }

  /** Decodes the tokens added so far, as far as they end with a whole character. */
  void update() {
    take(false);
  }

  /** Decodes what is left, whole or not: no more tokens come. */
  void finish() {
    take(true);
  }

  private void take(boolean last) {
    if (stopped || read == size) {
      return;
    }
    String before = decoder.decode(Arrays.copyOfRange(ids, from, read));
    String now = decoder.decode(Arrays.copyOfRange(ids, from, size));
    if (now.length() <= before.length() || (now.endsWith(INCOMPLETE) && !last)) {
      return;
    }
    int known = text.length();
    text.append(now, before.length(), now.length());
    from = read;
    read = size;
    cutAtStop(known);
  }

  private void cutAtStop(int known) {
    int first = -1;
    for (String stop : stops) {
      int at = text.indexOf(stop, Math.max(0, known - stop.length() + 1));
      first = at >= 0 && (first < 0 || at < first) ? at : first;
    }
    if (first >= 0) {
      stopped = true;
      text.setLength(first);
    }
  }

  /** Whether the text reached a stop string; it then ends before it. */
  boolean stopped() {
    return stopped;
  }

  /** The text so far. */
  String text() {
    return text.toString();
  }

  /**
   * The text not given out yet.
   *
   * @param all also what may be the beginning of a stop string
   */
  String next(boolean all) {
    int end = text.length() - (all || stopped ? 0 : undecided());
    String out = text.substring(given, Math.max(given, end));
    given += out.length();
    return out;
  }

  /** The longest end of the text that begins a stop string. */
  private int undecided() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
        if (text.substring(text.length() - n).equals(stop.substring(0, n))) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
