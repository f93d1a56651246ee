package dev.luthier.data;

import dev.luthier.error.UserError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's table of replaced characters (precompiled_charsmap), which the native library
 * walks through without looking: the bytes of a trie (a double array as in darts-clone), then the
 * replacements, each ended by a zero.
 *
 * @param units the trie
 * @param texts the replacements in UTF-8
 */
record CharsMap(IntBuffer units, byte[] texts) {
  /**
   * @param base64 the table as tokenizer.json has it
   * @throws UserError if some text would lead out of it
   */
  static void check(Path file, String base64) {
    if (!read(base64).sound()) {
      throw new UserError(
          file + ": precompiled_charsmap is broken; fetch the file again or save it anew");
    }
  }

  /** An empty trie, which is not sound, stands for what cannot be read. */
  private static CharsMap read(String base64) {
    CharsMap none = new CharsMap(IntBuffer.allocate(0), new byte[0]);
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      boolean same = Base64.getEncoder().encodeToString(bytes).equals(base64);
      int size =
          bytes.length < 4 ? -1 : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
      if (!same || size < 4 || size % 4 != 0 || size > bytes.length - 4) {
        return none;
      }
      byte[] texts = Arrays.copyOfRange(bytes, 4 + size, bytes.length);
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
      ByteBuffer trie = ByteBuffer.wrap(bytes, 4, size).slice().order(ByteOrder.LITTLE_ENDIAN);
      return new CharsMap(trie.asIntBuffer(), texts);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return none;
    }
  }

  /** Follows every byte from every place that can be reached. */
  private boolean sound() {
    if (units.limit() == 0) {
      return false;
    }
    BitSet seen = new BitSet(units.limit());
    Deque<Integer> open = new ArrayDeque<>();
    open.add(offset(units.get(0)));
    while (!open.isEmpty()) {
      int place = open.remove();
      for (int label = 1; label < 256; label++) {
        int next = place ^ label;
        if (next >= units.limit()) {
          return false;
        }
        int unit = units.get(next);
        if ((unit & 0x800000FF) == label && !seen.get(next)) {
          seen.set(next);
          int below = next ^ offset(unit);
          if (below >= units.limit() || (leaf(unit) && !isText(units.get(below)))) {
            return false;
          }
          open.add(below);
        }
      }
    }
    return true;
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & (1 << 9)) >> 6);
  }

  private static boolean leaf(int unit) {
    return (unit & (1 << 8)) != 0;
  }

  /** Whether a replacement may begin there: not within a character. */
  private boolean isText(int unit) {
    int at = unit & Integer.MAX_VALUE;
    return at < texts.length && (texts[at] & 0xC0) != 0x80;
  }
}
