package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions without end are told from those that tokenizers use. */
final class RegexCheckTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+$",
        "(a*)*",
        "((a*)*)*z",
        "(?:a+b*)+",
        "(a|a)*z",
        "(a|aa)+z",
        "(x|x|y)*z",
        "([^)]+)*",
        "(\\p{L}*)+",
        "(a{2,})+",
        "b(c|(?:d+)+)e"
      })
  void repeatedRepetitions(String regex) {
    assertThat(RegexCheck.repeatsRepetitions(regex)).isTrue();
  }

  /**
   * Those of GPT-2, Llama 3, Qwen 2, o200k, and DeepSeek's and SmolLM3's groups of three digits.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}",
        "[!-/:-~]+|\\p{N}{1,3}(?=(?:\\p{N}{3})*(?:\\P{N}|$))",
        "(?<=\\d)(?=(?:\\d{3})+(?!\\d))",
        "(?:\\p{L}\\p{M}*)+",
        "(?>a+)",
        "(a+)?b",
        "[(a+)+]",
        "\\(a+\\)+",
        "(?:a++)+b",
        " {2,}",
        "",
        "(",
        ")",
        "[a",
        "\\"
      })
  void expressionsOfTokenizers(String regex) {
    assertThat(RegexCheck.repeatsRepetitions(regex)).isFalse();
  }
}
