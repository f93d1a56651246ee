package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DoctorTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = Tokenizer.load(TinyBase.DIR);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static SftTokenizer sft(LossOn lossOn) {
    return new SftTokenizer(tokenizer, Optional.of(TinyBase::marked), lossOn);
  }

  private static Samples samples(Example... examples) {
    List<Sample> list = new ArrayList<>();
    for (Example example : examples) {
      list.add(new Sample(example, "x.jsonl line " + (list.size() + 1)));
    }
    return new Samples(list, list.size(), List.of(), List.of("x.jsonl: form text"));
  }

  // Digits are one token each, so with BOS and EOS n digits are n + 2 tokens, n + 1 of them learnt.
  private static Example digits(int n) {
    return new Example.Text("7".repeat(n));
  }

  private static Report<TokenRow> examine(int maxLength, TooLong policy, Example... examples) {
    return new Doctor(maxLength, policy)
        .examine(samples(examples), Samples.NONE, sft(LossOn.ASSISTANT));
  }

  @Test
  void healthyDataIsHandedOn() {
    Report<TokenRow> report = examine(10, TooLong.RAISE, digits(3), digits(8));
    assertThat(report.healthy().trainRows()).extracting(TokenRow::length).containsExactly(5, 10);
    assertThat(report.evalRows()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(report.render(false))
        .contains("x.jsonl: form text")
        .contains("2 rows read, 0 refused, 2 used: 15 tokens, 13 of them learnt")
        .contains("length in tokens: min 5, median 5, 90% 10, 99% 10, max 10")
        .contains("longer than 10: 0 rows (raise: 0 left out, 0 of 13 learnt tokens lost)")
        .contains("one row (x.jsonl line 1), learnt text in [[ ]]:")
        .contains("<|bos|>[[777<|eos|>]]")
        .doesNotContain("\u001B");
    assertThat(report.render(true)).contains("<|bos|>\u001B[32m777<|eos|>\u001B[0m");
  }

  @Test
  void tooLongRowsAreRaisedDroppedOrCut() {
    assertThatThrownBy(() -> examine(6, TooLong.RAISE, digits(3), digits(8), digits(9)).healthy())
        .isInstanceOf(UserError.class)
        .hasMessage(
            "x.jsonl line 2 has 10 tokens, more than sft.max_length 6 (2 of 3 rows are longer, the longest has 11): raise it, or set sft.too_long to drop or truncate");
    Report<TokenRow> dropped = examine(6, TooLong.DROP, digits(3), digits(8), digits(9));
    assertThat(dropped.healthy().trainRows()).extracting(TokenRow::length).containsExactly(5);
    // 4 + 9 + 10 learnt tokens; the two long rows take 19 with them.
    assertThat(dropped.render(false))
        .contains("longer than 6: 2 rows (drop: 2 left out, 19 of 23 learnt tokens lost)");
    Report<TokenRow> cut = examine(6, TooLong.TRUNCATE, digits(3), digits(8), digits(9));
    assertThat(cut.healthy().trainRows()).extracting(TokenRow::length).containsExactly(5, 6, 6);
    // Six tokens have five targets: 9 - 5 and 10 - 5 are lost.
    assertThat(cut.render(false)).contains("0 left out, 9 of 23 learnt tokens lost");
  }

  @Test
  void aCutThatTakesEveryTargetTakesTheRow() {
    // BOS, 8 digits, then the completion: nothing learnt within 6 tokens.
    Report<TokenRow> report =
        new Doctor(6, TooLong.TRUNCATE)
            .examine(
                samples(digits(2), new Example.PromptCompletion("7".repeat(8), "1")),
                Samples.NONE,
                sft(LossOn.COMPLETION));
    assertThat(report.healthy().trainRows()).hasSize(1);
    assertThat(report.render(false)).contains("1 rows (truncate: 1 left out, 2 of 5");
    assertThatThrownBy(() -> examine(6, TooLong.DROP, digits(8)).healthy())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no row is left to train on");
  }

  @Test
  void rowsWithoutATargetAreAnError() {
    Example asked = new Example.Chat(List.of(Message.of("user", "hi")), List.of());
    Report<TokenRow> report = examine(100, TooLong.RAISE, digits(2), asked, asked);
    assertThatThrownBy(report::healthy)
        .isInstanceOf(UserError.class)
        .hasMessage(
            "x.jsonl line 2 has no token to learn with loss on assistant (2 of 3 rows are so): remove such rows or choose another loss");
    assertThat(report.render(false)).contains("error: x.jsonl line 2 has no token to learn");
  }

  @Test
  void doubledControlTokensAreAnError() {
    Report<TokenRow> report =
        examine(100, TooLong.RAISE, digits(2), new Example.Text("<|bos|>hello"));
    assertThatThrownBy(report::healthy)
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("x.jsonl line 2 has <|bos|><|bos|> (1 of 2 rows are so)");
    assertThat(examine(100, TooLong.RAISE, new Example.Text("a<|eos|>")).errors())
        .singleElement()
        .asString()
        .contains("<|eos|><|eos|>");
  }

  @Test
  void repetitionsAndLeaksAreWarnedOf() {
    Samples train = samples(digits(2), digits(3), digits(2));
    Report<TokenRow> report =
        new Doctor(100, TooLong.RAISE)
            .examine(train, samples(digits(3), digits(4)), sft(LossOn.ASSISTANT));
    assertThat(report.healthy().warnings())
        .containsExactly(
            "1 rows of the evaluation are also in training; its loss will flatter",
            "1 rows of training repeat an earlier row, the first is x.jsonl line 3");
    assertThat(report.render(false)).contains("evaluation data");
  }

  @Test
  void refusedRowsAreGroupedByReason() {
    List<Refusal> refused = new ArrayList<>();
    for (int i = 2; i < 7; i++) {
      refused.add(new Refusal("x.jsonl line " + i, "column \"text\" is missing; a text is needed"));
    }
    Samples train =
        new Samples(List.of(new Sample(digits(2), "x.jsonl line 1")), 6, refused, List.of());
    Report<TokenRow> report =
        new Doctor(100, TooLong.RAISE).examine(train, Samples.NONE, sft(LossOn.ASSISTANT));
    assertThat(report.render(false))
        .contains("6 rows read, 5 refused, 1 used")
        .contains(
            "refused 5: column \"text\" is missing; a text is needed (x.jsonl line 2, x.jsonl line 3, x.jsonl line 4, ...)")
        .contains("warning: 5 rows are refused");
  }

  @Test
  void errorsOfTheTemplateNameTheRow() {
    Renderer strict =
        (messages, tools, prompt) -> {
          throw new UserError("roles must alternate");
        };
    SftTokenizer tokenizing = new SftTokenizer(tokenizer, Optional.of(strict), LossOn.ASSISTANT);
    Example chat = new Example.Chat(List.of(Message.of("user", "hi")), List.of());
    assertThatThrownBy(
            () -> new Doctor(9, TooLong.RAISE).examine(samples(chat), Samples.NONE, tokenizing))
        .isInstanceOf(UserError.class)
        .hasMessage("x.jsonl line 1: roles must alternate");
    assertThatThrownBy(() -> new Doctor(1, TooLong.RAISE)).isInstanceOf(UserError.class);
  }

  @Test
  void lengthsByNearestRank() {
    // Of 1..10 the median is the 5th, 90 % the 9th, 99 % the 10th.
    Lengths lengths = new Lengths(new int[] {10, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    assertThat(lengths.percentile(0.5)).isEqualTo(5);
    assertThat(lengths.percentile(0.9)).isEqualTo(9);
    assertThat(lengths.percentile(0.99)).isEqualTo(10);
    assertThat(lengths.total()).isEqualTo(55);
    // Width (10 - 1) / 8 + 1 = 2: bins 1-2, 3-4, ... 9-10 of two rows each.
    assertThat(lengths.render().lines()).hasSize(6).allMatch(l -> !l.isBlank());
    assertThat(new Lengths(new int[0]).render()).isEmpty();
  }
}
