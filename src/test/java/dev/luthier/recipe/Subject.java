package dev.luthier.recipe;

import dev.luthier.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that is broken, again and again, in a copy of its folder.
 *
 * @param name of the mutations: NAME#0, NAME#1 ...
 * @param count how many
 * @param use what is done with the folder
 */
record Subject(
    String name, Path folder, String file, int count, Breaking breaking, MutationRun.Use use) {
  /** A broken file, and what was done to it. */
  record Broken(byte[] bytes, String done) {}

  /** Makes the i-th broken file of a whole one. */
  interface Breaking {
    Broken of(int i, byte[] whole);
  }

  /** Random changes, the same ones for the same name. */
  Subject(String name, Path folder, String file, int count, MutationRun.Use use) {
    this(name, folder, file, count, (i, whole) -> random(name, file, i, whole), use);
  }

  private static Broken random(String name, String file, int i, byte[] whole) {
    Mutator mutator = new Mutator(31L * name.hashCode() + i);
    byte[] bytes = file.endsWith(".safetensors") ? mutator.safetensors(whole) : mutator.json(whole);
    return new Broken(bytes, mutator.done());
  }

  private static final Path BASE = Path.of("models/tiny-base");
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String TOKENIZER = "tokenizer.json";

  private static final List<String> FAMILIES =
      List.of(
          "bert_cls",
          "bert_mlm",
          "gemma2",
          "gemma3_text",
          "gpt2",
          "gpt_neox",
          "llama",
          "llama3",
          "llama_mqa_bias",
          "llama_reward",
          "mistral",
          "olmo2",
          "opt",
          "phi3",
          "qwen2",
          "qwen3",
          "roberta_cls",
          "smollm3",
          "t5");

  private static final List<String> TOKENIZERS =
      List.of(
          """
          {"version": "1.0", "added_tokens": [{"id": 0, "content": "[UNK]", "special": true,
            "normalized": false, "single_word": false, "lstrip": false, "rstrip": false}],
          "normalizer": {"type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
          "pre_tokenizer": {"type": "BertPreTokenizer"},
          "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
              {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
              {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}},
          "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
          "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab":
            {"[UNK]": 0, "[CLS]": 1, "a": 2, "##a": 3, "x": 4, "!": 5, "cafe": 6, "b": 7}}}
          """,
          """
          {"version": "1.0", "added_tokens": [{"id": 0, "content": "<unk>", "special": true,
            "normalized": false, "single_word": false, "lstrip": false, "rstrip": false},
            {"id": 9, "content": "<extra>", "special": false, "normalized": true,
            "single_word": true, "lstrip": true, "rstrip": false}],
          "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "NFKC"},
            {"type": "Prepend", "prepend": "_"}]},
          "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581",
            "prepend_scheme": "always", "split": true},
          "decoder": {"type": "Metaspace", "replacement": "\u2581",
            "prepend_scheme": "always", "split": true},
          "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab":
            [["<unk>", 0.0], ["\u2581", -2.5], ["a", -3.0], ["aa", -3.5], ["x", -4.25],
            ["1", -5.0], ["2", -5.5], ["!", -6.0], ["aaa", -2.0]]}}
          """,
          """
          {"added_tokens": [], "normalizer": {"type": "Lowercase"},
          "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "[a-z]+|[0-9]"}, "behavior": "Isolated",
              "invert": false},
            {"type": "FixedLength", "length": 5}, {"type": "Digits", "individual_digits": true},
            {"type": "Punctuation", "behavior": "Isolated"}]},
          "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 1], "cls": ["[CLS]", 2]},
          "decoder": {"type": "CTC", "pad_token": "a", "word_delimiter_token": "|",
            "cleanup": true},
          "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab":
            {"[UNK]": 0, "[SEP]": 1, "[CLS]": 2, "a": 3, "aaaaa": 4, "x": 5}}}
          """);

  /**
   * @param work a folder for the small tokenizers
   */
  static List<Subject> all(Path work) throws IOException {
    List<Subject> out = new ArrayList<>();
    List<String> hostile = HostileTokenizers.all();
    out.add(
        new Subject(
            "hostile-tokenizer",
            BASE,
            TOKENIZER,
            hostile.size(),
            (i, whole) ->
                new Broken(hostile.get(i).getBytes(StandardCharsets.UTF_8), hostile.get(i)),
            MutationRun::tokenizer));
    for (int i = 0; i < TOKENIZERS.size(); i++) {
      Path dir = Files.createDirectories(work.resolve("tokenizer-" + i));
      Files.writeString(dir.resolve(TOKENIZER), TOKENIZERS.get(i));
      out.add(new Subject("small-tokenizer-" + i, dir, TOKENIZER, 200, MutationRun::tokenizer));
    }
    out.add(base(TOKENIZER, 300, MutationRun::tokenizer));
    out.add(base("tokenizer_config.json", 60, MutationRun::tokenizer));
    out.add(base(CONFIG, 60, MutationRun::folder));
    out.add(base("generation_config.json", 20, MutationRun::folder));
    out.add(base("model.safetensors.index.json", 60, MutationRun::folder));
    out.add(base("model-00001-of-00002.safetensors", 40, MutationRun::folder));
    for (String family : FAMILIES) {
      Path model = Golden.SHIPPED.resolve(family).resolve("model");
      out.add(new Subject(family + "/config", model, CONFIG, 60, MutationRun::config));
      out.add(new Subject(family + "/weights", model, WEIGHTS, 25, MutationRun::weights));
    }
    for (String name : List.of("lora", "lora_pattern", "lora_embed_head")) {
      Path llama = Golden.SHIPPED.resolve("llama");
      Path dir = llama.resolve("adapters").resolve(name);
      MutationRun.Use use = MutationRun.adapter(llama.resolve("model"));
      out.add(new Subject(name + "/config", dir, "adapter_config.json", 70, use));
      out.add(new Subject(name + "/weights", dir, "adapter_model.safetensors", 30, use));
    }
    return out;
  }

  private static Subject base(String file, int count, MutationRun.Use use) {
    return new Subject("tiny-base/" + file, BASE, file, count, use);
  }
}
