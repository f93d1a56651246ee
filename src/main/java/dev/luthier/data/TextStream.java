package dev.luthier.data;

import java.util.Arrays;

/**
 * Turns tokens into text as they come. A piece is given out as soon as it is whole: a character
 * whose UTF-8 bytes are spread over several tokens waits for the last of them. The pieces put
 * together are what {@link Tokenizer#decode} makes of all tokens.
 */
public final class TextStream {
  private static final char BROKEN = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private int[] ids = new int[64];
  private int count;
  // A decoder may treat the first token differently (a leading space), so new tokens are decoded
  // together with the last ones that were given out: those from window to given.
  private int window;
  private int given;

  public TextStream(Tokenizer tokenizer, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.skipSpecial = skipSpecial;
  }

  /**
   * @return the text that this token completes, often empty amid a character
   */
  public String add(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, 2 * count);
    }
    ids[count++] = id;
    String piece = fresh();
    boolean amid = !piece.isEmpty() && piece.charAt(piece.length() - 1) == BROKEN;
    return amid ? "" : emit(piece);
  }

  /** The rest, with U+FFFD for a character that never became whole. */
  public String finish() {
    return emit(fresh());
  }

  private String fresh() {
    String before = tokenizer.decode(Arrays.copyOfRange(ids, window, given), skipSpecial);
    String all = tokenizer.decode(Arrays.copyOfRange(ids, window, count), skipSpecial);
    return all.length() > before.length() ? all.substring(before.length()) : "";
  }

  private String emit(String piece) {
    if (!piece.isEmpty()) {
      window = given;
      given = count;
    }
    return piece;
  }
}
