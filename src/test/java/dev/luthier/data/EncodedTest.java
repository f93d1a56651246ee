package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts and pairs through the post-processors of BERT and RoBERTa, made here of a few words. */
class EncodedTest {
  static final String BERT =
      """
      {"version": "1.0",
       "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
       "padding": {"strategy": {"Fixed": 12}, "direction": "Right", "pad_to_multiple_of": null,
         "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
       "added_tokens": [%s],
       "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
         "strip_accents": null, "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
           {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
         "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
           {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
           {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
         "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
           "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
       "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
         "max_input_chars_per_word": 100,
         "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "b": 6, "c": 7,
           "##a": 8, "##b": 9}}}
      """
          .formatted(
              String.join(
                  ",",
                  special(0, "[PAD]"),
                  special(1, "[UNK]"),
                  special(2, "[CLS]"),
                  special(3, "[SEP]"),
                  special(4, "[MASK]")));

  private static final String ROBERTA =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s], "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
       "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
         "trim_offsets": true, "add_prefix_space": false},
       "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
       "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
         "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
         "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "a": 3, "b": 4, "\u0120": 5, "\u0120a": 6},
         "merges": ["\u0120 a"]}}
      """
          .formatted(String.join(",", special(0, "<s>"), special(1, "<pad>"), special(2, "</s>")));

  @TempDir Path dir;

  private static String special(int id, String token) {
    return """
    {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}"""
        .formatted(id, token);
  }

  static Path folder(Path dir, String tokenizer) throws IOException {
    Files.writeString(dir.resolve("tokenizer.json"), tokenizer);
    return dir;
  }

  static Path bert(Path dir) throws IOException {
    Files.writeString(
        dir.resolve("tokenizer_config.json"),
        """
        {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
        """);
    return folder(dir, BERT);
  }

  @Test
  void oneTextAndTwoAsBertPutsThemTogether() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(bert(dir))) {
      Encoded one = tokenizer.encode("ab C z", Optional.empty());
      assertThat(one.ids()).containsExactly(2, 5, 9, 7, 1, 3); // neither cut at 4 nor padded to 12
      assertThat(one.types()).containsOnly(0);
      assertThat(one.parts()).containsExactly(-1, 0, 0, 0, 0, -1);
      assertThat(one.words()).containsExactly(-1, 0, 0, 1, 2, -1);
      Encoded two = tokenizer.encode("a b", Optional.of("c"));
      assertThat(two.ids()).containsExactly(2, 5, 6, 3, 7, 3);
      assertThat(two.types()).containsExactly(0, 0, 0, 0, 1, 1);
      assertThat(two.parts()).containsExactly(-1, 0, 0, -1, 1, -1);
      assertThat(tokenizer.encode("", Optional.of("")).ids()).containsExactly(2, 3, 3);
    }
  }

  @Test
  void twoTextsAsRobertaPutsThemTogether() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder(dir, ROBERTA))) {
      Encoded two = tokenizer.encode("a", Optional.of("b"));
      assertThat(two.ids()).containsExactly(0, 3, 2, 2, 4, 2);
      assertThat(two.types()).containsOnly(0);
      assertThat(two.parts()).containsExactly(-1, 0, -1, -1, 1, -1);
    }
  }

  @Test
  void wordsOneByOne() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.loadForWords(bert(dir))) {
      // "a-b" is one word of the caller, three of the pre-tokenizer.
      Encoded words = tokenizer.encode(List.of("ab", "a-b", "c"));
      assertThat(words.ids()).containsExactly(2, 5, 9, 5, 1, 6, 7, 3);
      assertThat(words.words()).containsExactly(-1, 0, 0, 1, 1, 1, 2, -1);
    }
    try (Tokenizer tokenizer = Tokenizer.loadForWords(folder(dir, ROBERTA))) {
      // Every word gets its blank, the first too.
      assertThat(tokenizer.encode(List.of("a", "ba")).ids()).containsExactly(0, 6, 5, 4, 3, 2);
    }
  }

  @Test
  void cutting() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(bert(dir))) {
      // Three tokens are the post-processor's. Room for 3 of 4 + 1: the longer gives way.
      Encoded pair = tokenizer.encode("a b c a", Optional.of("b"));
      assertThat(pair.cut(6).ids()).containsExactly(2, 5, 6, 3, 6, 3);
      // Room for 5 of 4 + 4: 2 and 3. The first is the shorter where they are equal.
      Encoded even = tokenizer.encode("a b c a", Optional.of("b c a b"));
      assertThat(even.cut(8).ids()).containsExactly(2, 5, 6, 3, 6, 7, 5, 3);
      assertThat(even.cut(11)).isSameAs(even);
      assertThat(even.cut(2).ids()).containsExactly(2, 3, 3);
      assertThat(tokenizer.encode("a b c a", Optional.empty()).cut(4).ids())
          .containsExactly(2, 5, 6, 3);
    }
  }

  /** Law: we cut as the library's own longest_first does. */
  @Property(tries = 60)
  void asTheLibraryCuts(
      @ForAll @IntRange(max = 9) int first,
      @ForAll @IntRange(min = -1, max = 9) int second,
      @ForAll @IntRange(min = 5, max = 16) int max)
      throws IOException {
    Path folder = Files.createTempDirectory("encoded");
    ObjectNode json = TokenizerJson.read(bert(folder));
    json.putNull("padding");
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    Map<String, String> options =
        Map.of("truncation", "LONGEST_FIRST", "padding", "false", "maxLength", "" + max);
    String text = "a ".repeat(first);
    Optional<String> pair = second < 0 ? Optional.empty() : Optional.of("b ".repeat(second));
    try (Tokenizer ours = Tokenizer.load(folder);
        HuggingFaceTokenizer theirs =
            HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options)) {
      var expected = pair.isPresent() ? theirs.encode(text, pair.get()) : theirs.encode(text);
      Encoded cut = ours.encode(text, pair).cut(max);
      assertThat(Arrays.stream(cut.ids()).asLongStream().toArray()).isEqualTo(expected.getIds());
      assertThat(Arrays.stream(cut.types()).asLongStream().toArray())
          .isEqualTo(expected.getTypeIds());
    }
    Files.delete(folder.resolve("tokenizer.json"));
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.delete(folder);
  }
}
