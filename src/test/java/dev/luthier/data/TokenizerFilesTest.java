package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {
  @TempDir Path dir;
  @TempDir Path out;

  private static JsonNode json(Path file) {
    return Vocabulary.json(file).orElseThrow();
  }

  @Test
  void addedTokensGetTheIdsBehindTheLast() throws IOException {
    Files.writeString(
        EncodedTest.bert(dir).resolve("special_tokens_map.json"), "{\"cls_token\": \"[CLS]\"}");
    Files.writeString(dir.resolve("added_tokens.json"), "{\"[MASK]\": 4}");
    TokenizerFiles files = TokenizerFiles.read(dir);
    assertThat(files.rows()).isEqualTo(10);
    TokenizerFiles more =
        files.add(
            List.of(
                AddedToken.of("<tool>", true),
                AddedToken.of("abc", false),
                AddedToken.of("[SEP]", true), // is one already
                AddedToken.of("c", false))); // a word of the vocabulary keeps its id
    assertThat(files.rows()).isEqualTo(10);
    assertThat(more.rows()).isEqualTo(12);
    assertThat(more.id("<tool>")).isEqualTo(10);
    assertThat(more.id("abc")).isEqualTo(11);
    assertThat(more.id("c")).isEqualTo(7);
    more.write(out);
    JsonNode config = json(out.resolve("tokenizer_config.json"));
    assertThat(config.path("added_tokens_decoder").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("0", "1", "2", "3", "4", "7", "10", "11");
    assertThat(config.path("added_tokens_decoder").path("10").path("special").asBoolean()).isTrue();
    assertThat(config.path("added_tokens_decoder").path("11").path("normalized").asBoolean())
        .isTrue();
    assertThat(config.path("additional_special_tokens").toString()).isEqualTo("[\"<tool>\"]");
    assertThat(
            json(out.resolve("special_tokens_map.json"))
                .path("additional_special_tokens")
                .toString())
        .isEqualTo("[\"<tool>\"]");
    assertThat(json(out.resolve("added_tokens.json")).path("abc").asInt()).isEqualTo(11);
    // What the model folder asks of others stays in its file.
    assertThat(json(out.resolve("tokenizer.json")).path("truncation").path("max_length").asInt())
        .isEqualTo(4);
    try (Tokenizer tokenizer = Tokenizer.load(out)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(12);
      assertThat(tokenizer.encode("a<tool>ABCb", false).ids()).containsExactly(5, 10, 11, 6);
      assertThat(tokenizer.decode(new int[] {5, 10, 6}, true)).isEqualTo("a b");
    }
    assertThat(TokenizerFiles.read(out).rows()).isEqualTo(12);
  }

  @Test
  void theShippedModelTakesTokensToo() {
    TokenizerFiles files =
        TokenizerFiles.read(TinyBase.DIR).add(List.of(AddedToken.of("<|think|>", true)));
    files.write(out);
    assertThat(files.rows()).isEqualTo(4097);
    try (Tokenizer tokenizer = Tokenizer.load(out)) {
      assertThat(tokenizer.encode("a<|think|>", false).ids()).endsWith(4096);
      assertThat(tokenizer.bos()).hasValue(1);
    }
  }

  @Test
  void sentencePieceTakesTokensToo() {
    Path folder = Path.of("../shared/models/stories260K");
    assumeTrue(Files.exists(folder), "needs " + folder);
    TokenizerFiles files =
        TokenizerFiles.read(folder)
            .add(List.of(AddedToken.of("<call>", true), AddedToken.of("zebra", false)));
    files.write(out);
    assertThat(files.rows()).isEqualTo(514);
    try (Tokenizer tokenizer = Tokenizer.load(out)) {
      assertThat(tokenizer.encode("Once<call>", true).ids()).containsExactly(1, 403, 512);
    }
  }

  @Test
  void olderFoldersListTokensBesideTheTokenizer() throws IOException {
    EncodedTest.bert(dir);
    Files.writeString(dir.resolve("added_tokens.json"), "{\"<new>\": 11, \"<x>\": 10}");
    Files.writeString(dir.resolve("special_tokens_map.json"), "{\"eos_token\": \"<x>\"}");
    try (Tokenizer tokenizer = Tokenizer.load(dir)) {
      assertThat(tokenizer.encode("a<x><new>", Optional.empty()).ids())
          .containsExactly(2, 5, 10, 11, 3);
      assertThat(tokenizer.eos()).hasValue(10);
      assertThat(tokenizer.decode(new int[] {5, 10}, true)).isEqualTo("a");
    }
    Files.writeString(dir.resolve("added_tokens.json"), "{\"<new>\": 12}");
    assertThatThrownBy(() -> Tokenizer.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "\"<new>\" is listed with id 12, but tokenizer.json would give it 10");
    Files.writeString(dir.resolve("added_tokens.json"), "[1]");
    assertThatThrownBy(() -> TokenizerFiles.read(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("added_tokens.json must hold a JSON object");
    assertThatThrownBy(() -> AddedToken.of("", true)).isInstanceOf(UserError.class);
  }

  @Test
  void aControlTokenThatTheVocabularyHasAsAWord() throws IOException {
    EncodedTest.bert(dir);
    Files.writeString(dir.resolve("special_tokens_map.json"), "{\"eos_token\": \"c\"}");
    try (Tokenizer tokenizer = Tokenizer.load(dir)) {
      // Found inside a word now, and left out in decoding.
      assertThat(tokenizer.encode("acb", false).ids()).containsExactly(5, 7, 6);
      assertThat(tokenizer.decode(new int[] {5, 7}, true)).isEqualTo("a");
    }
  }
}
