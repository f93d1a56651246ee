package dev.luthier.rollout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CompletionTextTest {
  /** One token per byte, and broken bytes become U+FFFD, as in a byte-level tokenizer. */
  private static final Decoder BYTES =
      ids -> {
        byte[] bytes = new byte[ids.length];
        for (int i = 0; i < ids.length; i++) {
          bytes[i] = (byte) ids[i];
        }
        return new String(bytes, UTF_8);
      };

  /** One token per word, with the space before the first word dropped, as SentencePiece does. */
  private static final Decoder WORDS =
      ids -> {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
          text.append(' ').append("w").append(id);
        }
        return text.isEmpty() ? "" : text.substring(1);
      };

  private static List<String> pieces(CompletionText stream, String text) {
    List<String> out = new ArrayList<>();
    for (byte b : text.getBytes(UTF_8)) {
      stream.add(b);
      stream.update();
      out.add(stream.next(false));
      if (stream.stopped()) {
        return out;
      }
    }
    stream.finish();
    out.add(stream.next(true));
    return out;
  }

  @Test
  void charactersAreGivenOutWhole() {
    // é has two bytes, the smile four (two chars in UTF-16).
    CompletionText stream = new CompletionText(BYTES, new int[] {'x'}, List.of());
    assertThat(pieces(stream, "aé🙂b")).containsExactly("a", "", "é", "", "", "", "🙂", "b", "");
  }

  @Test
  void aBrokenCharacterAppearsOnceNothingCanMendIt() {
    CompletionText stream = new CompletionText(BYTES, new int[0], List.of());
    stream.add(0xC3);
    stream.update();
    assertThat(stream.text()).isEmpty();
    stream.finish();
    assertThat(stream.text()).isEqualTo("\uFFFD");
  }

  @Test
  void theSpaceBeforeTheFirstWordIsKept() {
    CompletionText stream = new CompletionText(WORDS, new int[] {1, 2, 3, 4, 5, 6, 7}, List.of());
    stream.add(8);
    stream.update();
    stream.add(9);
    stream.finish();
    assertThat(stream.text()).isEqualTo(" w8 w9");
  }

  @Test
  void textEndsBeforeAStopStringThatSeveralTokensMake() {
    CompletionText stream = new CompletionText(BYTES, new int[0], List.of("END", "\n\n"));
    // "E" and "EN" may begin END and wait; "\n" may begin "\n\n".
    assertThat(pieces(stream, "aENxEND!")).containsExactly("a", "", "", "ENx", "", "", "");
    assertThat(stream.stopped()).isTrue();
    assertThat(stream.text()).isEqualTo("aENx");
  }

  @Test
  void theEarliestStopStringCounts() {
    CompletionText stream = new CompletionText(WORDS, new int[] {1}, List.of("3", "w2"));
    stream.add(2);
    stream.add(3);
    stream.finish();
    assertThat(stream.text()).isEqualTo(" ");
  }

  @Test
  void whatMightHaveBeenAStopStringIsGivenOutAtTheEnd() {
    CompletionText stream = new CompletionText(BYTES, new int[0], List.of("END"));
    assertThat(pieces(stream, "aEN")).containsExactly("a", "", "", "EN");
    assertThat(stream.stopped()).isFalse();
  }

  @Property(tries = 300)
  void streamingChangesNothing(@ForAll String text, @ForAll String stop) {
    String clean = new String(text.getBytes(UTF_8), UTF_8);
    String end = new String(stop.getBytes(UTF_8), UTF_8);
    CompletionText stream =
        new CompletionText(BYTES, new int[] {'p'}, end.isEmpty() ? List.of() : List.of(end));
    String streamed = String.join("", pieces(stream, clean));
    int at = end.isEmpty() ? -1 : clean.indexOf(end);
    assertThat(streamed).isEqualTo(at < 0 ? clean : clean.substring(0, at));
    assertThat(stream.text()).isEqualTo(streamed);
  }
}
