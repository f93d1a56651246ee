package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** A trie of one rule by hand: A becomes b. */
final class CharsMapTest {
  private static final Path FILE = Path.of("tokenizer.json");
  private static final int LEAF = 1 << 8;

  /**
   * 512 units. The root's offset is 256, so that the letters' units are at 256 ^ letter; that of A
   * (0x41) is 0x141, which has a leaf at 0x141 ^ offset(A): with offset 0x140 that is unit 1, and
   * its value is where the replacement begins.
   */
  private static String map(int root, int letter, int value, String texts) {
    int[] units = new int[512];
    units[0] = root << 10;
    units[0x141] = letter << 10 | LEAF | 0x41;
    units[1] = value | 1 << 31;
    byte[] text = texts.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer out =
        ByteBuffer.allocate(4 + 4 * units.length + text.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(4 * units.length);
    for (int unit : units) {
      out.putInt(unit);
    }
    out.put(text);
    return Base64.getEncoder().encodeToString(out.array());
  }

  @Test
  void aWholeTableIsLetThrough() {
    assertThatCode(() -> CharsMap.check(FILE, map(256, 0x140, 0, "b\0")))
        .doesNotThrowAnyException();
    assertThatCode(() -> CharsMap.check(FILE, map(256, 0x140, 2, "c\0b\0")))
        .doesNotThrowAnyException();
  }

  @Test
  void aPlaceBeyondTheTableIsRefused() {
    refused(map(512, 0x140, 0, "b\0")); // the root's letters lie behind the trie
    refused(map(256, 0x1140, 0, "b\0")); // so does A's leaf
    refused(map(256, 0x140, 2, "b\0")); // the replacement begins behind the texts
    refused(map(256, 0x140, 1, "\u00c3\u00a9\0")); // or within a character
    refused(map(256, 0x140, 0, "\u00e9\0")); // texts that are no UTF-8
  }

  @Test
  void whatIsNoTableIsRefused() {
    refused("");
    refused("?");
    refused("AAAA");
    refused(map(256, 0x140, 0, "b\0").substring(0, 400));
  }

  private static void refused(String base64) {
    assertThatThrownBy(() -> CharsMap.check(FILE, base64))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("tokenizer.json: precompiled_charsmap is broken");
  }
}
