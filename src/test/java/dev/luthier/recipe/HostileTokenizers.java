package dev.luthier.recipe;

import java.util.ArrayList;
import java.util.List;

/**
 * Files that are well-formed and of known kinds, but ask the native library for what ends its
 * process or never ends: what random changes seldom hit.
 */
final class HostileTokenizers {
  private static final String WORDS =
      "{'type': 'WordLevel', 'unk_token': 'u', 'vocab': {'u': 0, 'a': 1, 'b': 2, '!': 3}}";
  private static final String PIECES =
      "{'type': 'Unigram', 'unk_id': 0, 'vocab': [['u', 0.0], ['a', -1.0], ['!', -2.0]]}";

  private HostileTokenizers() {}

  static List<String> all() {
    List<String> out = new ArrayList<>();
    for (String regex :
        List.of(
            "(a+)+$",
            "(a|a)*z",
            "(a|aa)+z",
            "((a*)*)*z",
            "a*a*a*a*a*a*a*a*z",
            "(?:a?){30}a{30}z",
            "",
            "(",
            "[a",
            "(?<=a+)b",
            "\\\\p{Nope}",
            "x{1,100000}{1,100000}",
            "(?i)",
            "\\\\1",
            "$^")) {
      String pattern = "'pattern': {'Regex': '" + regex + "'}";
      out.add(
          words(
              "'pre_tokenizer': {'type': 'Split', 'behavior': 'Isolated', 'invert': false, "
                  + pattern
                  + "}"));
      out.add(words("'normalizer': {'type': 'Replace', 'content': 'b', " + pattern + "}"));
      out.add(words("'decoder': {'type': 'Replace', 'content': 'b', " + pattern + "}"));
    }
    for (String map :
        List.of(
            "",
            "AAAA",
            "BAAAAAAAAAA=",
            "BAAAAP////8=",
            "BAAAAAD8//8=",
            "CAAAAAAEAAABAAAA",
            "/////w==",
            "?")) {
      out.add(
          words("'normalizer': {'type': 'Precompiled', 'precompiled_charsmap': '" + map + "'}"));
    }
    for (String length : List.of("0", "1", "18446744073709551615")) {
      out.add(words("'pre_tokenizer': {'type': 'FixedLength', 'length': " + length + "}"));
    }
    for (String ends :
        List.of("0, 'stop': 9", "9, 'stop': 0", "1, 'stop': 1", "99999999999, 'stop': 0")) {
      out.add(words("'decoder': {'type': 'Strip', 'content': 'u', 'start': " + ends + "}"));
      out.add(
          words(
              "'decoder': {'type': 'Sequence', 'decoders': [{'type': 'Fuse'},"
                  + " {'type': 'Strip', 'content': 'u', 'start': "
                  + ends
                  + "}]}"));
    }
    String a = "{'Sequence': {'id': 'A', 'type_id': 0}}";
    String b = "{'Sequence': {'id': 'B', 'type_id': 0}}";
    String cls = "{'SpecialToken': {'id': 'c', 'type_id': 0}}";
    for (String[] template :
        new String[][] {
          {cls + "," + a, a + "," + b, "{}"},
          {a, cls + "," + a, "{}"},
          {b, a + "," + b, "{}"},
          {a + "," + b, a + "," + b, "{}"},
          {a, a, "{}"},
          {"", "", "{}"},
          {a + "," + a, b + "," + b, "{}"},
          {cls + "," + a, a, "{'c': {'id': 'c', 'ids': [], 'tokens': []}}"},
          {cls + "," + a, a, "{'c': {'id': 'd', 'ids': [1], 'tokens': ['c', 'd']}}"},
          {cls + "," + a, a, "{'c': {'id': 'c', 'ids': [1, 2], 'tokens': ['c']}}"},
          {cls + "," + a, a, "{'c': {'id': 'c', 'ids': [4294967295], 'tokens': ['c']}}"}
        }) {
      out.add(
          words(
              "'post_processor': {'type': 'TemplateProcessing', 'single': [%s], 'pair': [%s], 'special_tokens': %s}"
                  .formatted((Object[]) template)));
    }
    out.add(
        words(
            "'post_processor': {'type': 'BertProcessing', 'sep': ['s', 4294967295], 'cls': ['c', 77]}"));
    out.add(
        words(
            "'post_processor': {'type': 'RobertaProcessing', 'sep': ['s', 9], 'cls': ['c', 77], 'trim_offsets': true, 'add_prefix_space': true}"));
    out.add(words("'post_processor': {'type': 'Sequence', 'processors': []}"));
    out.add(words("'decoder': {'type': 'Sequence', 'decoders': []}"));
    out.add(words("'normalizer': {'type': 'Sequence', 'normalizers': []}"));
    out.add(words("'normalizer': {'type': 'Prepend', 'prepend': ''}"));
    out.add(
        words(
            "'normalizer': {'type': 'Replace', 'pattern': {'String': ''}, 'content': 'aaaaaaaa'}"));
    out.add(
        words(
            "'pre_tokenizer': {'type': 'Split', 'pattern': {'String': ''}, 'behavior': 'MergedWithNext', 'invert': true}"));
    out.add(
        words(
            "'pre_tokenizer': {'type': 'Metaspace', 'replacement': 'aa', 'prepend_scheme': 'first'}"));
    out.add(
        words(
            "'decoder': {'type': 'CTC', 'pad_token': '', 'word_delimiter_token': '', 'cleanup': true}"));
    out.add(words("'decoder': {'type': 'BPEDecoder', 'suffix': ''}"));
    out.add(words("'decoder': {'type': 'WordPiece', 'prefix': '', 'cleanup': true}"));
    out.add(words("'decoder': {'type': 'ByteFallback', 'odd': 1" + "0".repeat(400) + "}"));
    out.add(words("'added_tokens': [" + added(4294967295L, "a") + "]"));
    out.add(words("'added_tokens': [" + added(1, "") + "]"));
    out.add(words("'added_tokens': [" + added(77, "b") + ", " + added(77, "c") + "]"));
    out.add(words("'added_tokens': [" + added(-5, "a") + "]"));
    out.add(words("'added_tokens': [{'content': 'a'}, 7, null]"));
    out.add(model("{'type': 'WordLevel', 'unk_token': 'u', 'vocab': {}}"));
    out.add(
        model(
            "{'type': 'WordLevel', 'unk_token': 'u', 'vocab': {'u': 4294967295, 'a': 4294967295}}"));
    out.add(
        model(
            "{'type': 'WordLevel', 'unk_token': 'u', 'vocab': {'u': 2147483647, 'a': 2147483648}}"));
    out.add(
        model(
            "{'type': 'WordPiece', 'unk_token': 'u', 'continuing_subword_prefix': '', 'max_input_chars_per_word': 0, 'vocab': {'u': 0, 'a': 1}}"));
    out.add(
        model(
            "{'type': 'WordPiece', 'unk_token': 'u', 'continuing_subword_prefix': '##', 'max_input_chars_per_word': 18446744073709551615, 'vocab': {'u': 0, 'a': 0, '##a': 0}}"));
    for (String unigram :
        List.of(
            "'unk_id': 0, 'vocab': []",
            "'unk_id': 7, 'vocab': [['a', 0.0]]",
            "'unk_id': null, 'vocab': [['b', 0.0]]",
            "'unk_id': 0, 'vocab': [['', 0.0], ['a', 0.0]]",
            "'unk_id': 0, 'vocab': [['a', 1e308], ['aa', 1e308], ['a', -1e308]]",
            "'unk_id': 0, 'byte_fallback': true, 'vocab': [['a', 0.0]]",
            "'unk_id': 18446744073709551615, 'vocab': [['a', 0.0]]")) {
      out.add(model("{'type': 'Unigram', " + unigram + "}"));
    }
    for (String bpe :
        List.of(
            "'continuing_subword_prefix': 'xxxx', 'merges': ['a a']",
            "'continuing_subword_prefix': '\u00e9', 'merges': ['a a']",
            "'end_of_word_suffix': 'xxxx', 'merges': ['a a']",
            "'unk_token': 'nope', 'merges': []",
            "'dropout': 7, 'merges': []",
            "'dropout': -1, 'merges': []",
            "'dropout': 0, 'merges': []",
            "'merges': ['a']",
            "'merges': ['a b']",
            "'merges': [['a', 'a'], ['a', 'a'], ['aa', 'a']]",
            "'merges': [['a', 'a', 'a']]",
            "'merges': ['']",
            "'merges': ['#version: 1', 'a a']",
            "'byte_fallback': true, 'fuse_unk': true, 'unk_token': 'u', 'merges': []")) {
      out.add(model("{'type': 'BPE', 'vocab': {'u': 0, 'a': 1, 'aa': 2, 'aaa': 2}, " + bpe + "}"));
    }
    out.add(
        model(PIECES)
            .replace(
                "'model'",
                "'normalizer': {'type': 'Strip', 'strip_left': true, 'strip_right': true}, 'model'"));
    return out.stream().map(json -> json.replace('\'', '"')).toList();
  }

  private static String words(String part) {
    return "{" + part + ", 'model': " + WORDS + "}";
  }

  private static String added(long id, String content) {
    return ("{'id': %d, 'content': '%s', 'special': false, 'normalized': true,"
            + " 'single_word': false, 'lstrip': true, 'rstrip': true}")
        .formatted(id, content);
  }

  private static String model(String model) {
    return "{'model': " + model + "}";
  }
}
