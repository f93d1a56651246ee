package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  @TempDir Path dir;

  private static Tokenizer shared(String model) {
    Path folder = Path.of("../shared/models").resolve(model);
    assumeTrue(Files.exists(folder), "needs " + folder);
    return Tokenizer.load(folder);
  }

  @Test
  void offsetsAreUtf16CharsOfTheText() {
    try (Tokenizer tokenizer = Tokenizer.load(TinyBase.DIR)) {
      // Chars: 日 0-1, emoji 1-3 (a surrogate pair), b 3-4, eos 4-11.
      String text = "日🙂b<|eos|>";
      Tokenizer.Encoding encoding = tokenizer.encode(text, false);
      List<String> pieces = new ArrayList<>();
      for (int i = 0; i < encoding.length(); i++) {
        pieces.add(text.substring(encoding.starts()[i], encoding.ends()[i]));
      }
      assertThat(pieces).startsWith("日").contains("🙂").endsWith("b", "<|eos|>");
      assertThat(pieces).allMatch(piece -> List.of("日", "🙂", "b", "<|eos|>").contains(piece));
      assertThat(encoding.ids()[encoding.length() - 1]).isEqualTo(2);
    }
  }

  @Test
  void specialTokensOfTheShippedModel() {
    try (Tokenizer tokenizer = Tokenizer.load(TinyBase.DIR)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(4096);
      assertThat(tokenizer.idOf("<|user|>")).hasValue(4);
      assertThat(tokenizer.idOf("<|nobody|>")).isEmpty();
      assertThat(tokenizer.specialTokens())
          .containsEntry("bos_token", "<|bos|>")
          .containsEntry("eos_token", "<|eos|>")
          .containsEntry("pad_token", "<|pad|>");
      assertThat(tokenizer.bos()).hasValue(1);
      assertThat(tokenizer.eos()).hasValue(2);
      assertThat(tokenizer.named("unk_token")).isEmpty();
      assertThat(tokenizer.decode(new int[] {1, 45, 2}, true)).isEqualTo("H");
      assertThat(tokenizer.decode(new int[] {1, 45, 2}, false)).isEqualTo("<|bos|>H<|eos|>");
    }
  }

  @Test
  void whereSpecialTokensAreNamed() throws IOException {
    Path json = TinyBase.DIR.resolve("tokenizer.json");
    Files.copy(json, dir.resolve("tokenizer.json"));
    Files.writeString(
        dir.resolve("config.json"),
        "{\"bos_token_id\": 1, \"eos_token_id\": [2, 0], \"pad_token_id\": 0}");
    try (Tokenizer tokenizer = Tokenizer.load(dir)) {
      assertThat(tokenizer.specialTokens()).containsEntry("eos_token", "<|eos|>").hasSize(3);
    }
    // A token as an object; a null that forbids what config.json says; no BOS before plain text.
    Files.writeString(
        dir.resolve("tokenizer_config.json"),
        "{\"eos_token\": {\"content\": \"<|pad|>\"}, \"pad_token\": null, \"add_bos_token\": false}");
    Files.writeString(dir.resolve("special_tokens_map.json"), "{\"eos_token\": \"<|eos|>\"}");
    try (Tokenizer tokenizer = Tokenizer.load(dir)) {
      assertThat(tokenizer.specialTokens())
          .containsEntry("eos_token", "<|pad|>")
          .containsEntry("bos_token", "<|bos|>")
          .doesNotContainKey("pad_token");
      assertThat(tokenizer.bos()).isEmpty();
    }
  }

  @Test
  void sentencePieceWithByteFallback() {
    try (Tokenizer tokenizer = shared("stories260K")) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(512);
      // 403 "▁Once", 407 "▁upon": the word's leading blank is not in the text.
      Tokenizer.Encoding encoding = tokenizer.encode("Once upon", true);
      assertThat(encoding.ids()).containsExactly(1, 403, 407);
      assertThat(encoding.starts()).containsExactly(0, 0, 4);
      assertThat(encoding.ends()).containsExactly(0, 4, 9);
      assertThat(tokenizer.encode("Once upon", false).ids()).containsExactly(403, 407);
      String text = "é 🙂 zz";
      assertThat(tokenizer.decode(tokenizer.encode(text, true).ids(), true)).isEqualTo(text);
    }
  }

  @Test
  void truncationAndPaddingOfTheFileAreOff() {
    try (Tokenizer tokenizer = shared("minilm-l6-v2")) {
      // The file asks for 128 tokens, always. 600 words and CLS, SEP; then 1 word and both.
      assertThat(tokenizer.encode("word ".repeat(600), true).length()).isEqualTo(602);
      assertThat(tokenizer.encode("word", true).length()).isEqualTo(3);
      // Lower case and accents change the text; offsets are still those of the given one.
      Tokenizer.Encoding encoding = tokenizer.encode("Café 🙂 tab", true);
      assertThat(encoding.starts()).containsExactly(0, 0, 5, 8, 11);
      assertThat(encoding.ends()).containsExactly(0, 4, 7, 11, 11);
      assertThat(tokenizer.named("unk_token")).hasValue(100);
    }
  }

  @Test
  void missingAndBrokenFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> Tokenizer.load(dir.resolve("gone")))
        .isInstanceOf(UserError.class)
        .hasMessage("there is no model folder " + dir.resolve("gone"));
    assertThatThrownBy(() -> Tokenizer.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessage(dir + " has no tokenizer.json");
    Files.writeString(dir.resolve("tokenizer.model"), "x");
    assertThatThrownBy(() -> Tokenizer.load(dir)).hasMessageContaining("save_pretrained");
    Path json = dir.resolve("tokenizer.json");
    Files.writeString(json, "{\"model\": \n");
    assertThatThrownBy(() -> Tokenizer.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(json + " line 2: malformed JSON");
    Files.writeString(json, "{\"version\": \"1.0\"}");
    assertThatThrownBy(() -> Tokenizer.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessage(json + " is no tokenizer: it holds no \"model\" object");
    Files.writeString(json, "{\"model\": {\"type\": \"Rhyme\"}}");
    assertThatThrownBy(() -> Tokenizer.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(json + " is broken or newer than this build knows");
  }
}
