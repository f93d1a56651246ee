package dev.luthier.data;

import static dev.luthier.data.Rows.pair;
import static dev.luthier.data.Rows.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Judged answers as tokens. In tiny-base's vocabulary bos is 1, eos 2, user 4, assistant 5, the
 * line break 204, the digits 7, 8, 9 are 28, 29, 30, "a" is 70 and "ab" 433.
 */
class AnswersTokenizerTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = Tokenizer.load(TinyBase.DIR);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static AnswersTokenizer maker(Renderer renderer, Takes takes) {
    return AnswersTokenizer.of(tokenizer, Optional.of(renderer), takes);
  }

  private static AnswersTokenizer maker(Takes takes) {
    return maker(TinyBase::marked, takes);
  }

  private static Example.Answers chats(String asked, String chosen, String rejected) {
    List<Message> prompt = List.of(Message.of("user", asked));
    return new Example.Answers(
        List.of(chosen, rejected).stream()
            .map(
                said ->
                    (Example.Answered)
                        new Example.ChatCompletion(
                            prompt, List.of(Message.of("assistant", said)), List.of()))
            .toList(),
        Judgement.Preferred.PLAIN);
  }

  private static Example.Answers labelled(String said, boolean desirable) {
    return new Example.Answers(
        List.of(new Example.PromptCompletion("7", said)), new Judgement.Labelled(desirable));
  }

  /** The answer and its end are learnt, with the template's marks and without. */
  @Test
  void chatsByHand() {
    for (Renderer renderer : List.<Renderer>of(TinyBase::marked, TinyBase::unmarked)) {
      AnswersRow row = maker(renderer, Takes.PAIRS).make(chats("7", "8", "99"));
      assertThat(row.prompt()).isEqualTo(7);
      assertThat(row.each().get(0).ids()).containsExactly(1, 4, 204, 28, 204, 5, 204, 29, 2);
      assertThat(row.each().get(1).ids()).containsExactly(1, 4, 204, 28, 204, 5, 204, 30, 30, 2);
      assertThat(learnt(row)).containsExactly(".......xx", ".......xxx");
      assertThat(row.length()).isEqualTo(10);
      assertThat(row.tokens()).isEqualTo(19);
      assertThat(row.sequences()).isEqualTo(2);
      assertThat(row.targets()).isEqualTo(1);
    }
  }

  private static List<String> learnt(AnswersRow row) {
    return row.each().stream()
        .map(
            one -> {
              StringBuilder out = new StringBuilder();
              for (boolean trained : one.trained()) {
                out.append(trained ? 'x' : '.');
              }
              return out.toString();
            })
        .toList();
  }

  /** "a" and "b" become one token, so the prompt's "a" is learnt with both answers. */
  @Test
  void answersThatJoinThePrompt() {
    AnswersRow apart = maker(Takes.PAIRS).make(pair("7", "8", "99"));
    assertThat(apart.prompt()).isEqualTo(2);
    assertThat(learnt(apart)).containsExactly("..xx", "..xxx");
    AnswersRow joined = maker(Takes.PAIRS).make(pair("a", "b", "7"));
    assertThat(joined.each().get(0).ids()).containsExactly(1, 433, 2);
    assertThat(joined.each().get(1).ids()).containsExactly(1, 70, 28, 2);
    assertThat(joined.prompt()).isEqualTo(1);
    assertThat(learnt(joined)).containsExactly(".xx", ".xxx");
  }

  @Test
  void templatesThatLookAhead() {
    Renderer ahead =
        (messages, tools, prompt) -> {
          String said = String.valueOf(messages.get(messages.size() - 1).get("content"));
          String before = "<|bos|>" + said.length() + " ";
          return new ChatTemplate.Rendered(
              before + said, List.of(new int[] {before.length(), before.length() + said.length()}));
        };
    assertThatThrownBy(() -> maker(ahead, Takes.PAIRS).make(chats("7", "8", "99")))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("the chat template renders the prompt differently");
  }

  /** 1 28 | 29 29 29 2 and 1 28 | 29 29 30 2: with four tokens nothing tells them apart. */
  @Test
  void answersAreNotCutToNothing() {
    AnswersTokenizer maker = maker(Takes.PAIRS);
    Example.Answers close = pair("7", "888", "889");
    assertThat(maker.cut(close, 4)).isEmpty();
    AnswersRow cut = maker.cut(close, 5).orElseThrow();
    assertThat(learnt(cut)).containsExactly("..xxx", "..xxx");
    assertThat(maker.cut(pair("77777", "8", "99"), 6)).isEmpty();
    assertThat(learnt(maker.cut(pair("77777", "8", "99"), 7).orElseThrow()))
        .containsExactly("......x", "......x");
    Report<AnswersRow> report =
        new Doctor(5, TooLong.TRUNCATE, "dpo")
            .examine(samples(pair("7", "8", "9"), pair("77777", "8", "9")), Samples.NONE, maker);
    assertThat(report.trainRows()).hasSize(1);
    assertThat(report.warnings())
        .contains(
            "1 rows of training are left out, since nothing to learn is left when cut, the first is"
                + " x.jsonl line 2");
    assertThat(
            new Doctor(5, TooLong.RAISE, "dpo")
                .examine(samples(pair("77777", "8", "9")), Samples.NONE, maker)
                .errors()
                .get(0))
        .startsWith("x.jsonl line 1 has 8 tokens, more than dpo.max_length 5");
  }

  @Test
  void pairsBothWaysContradict() {
    Example.Answers pair = pair("7", "8", "9");
    Example.Answers turned =
        new Example.Answers(pair("7", "9", "8").each(), new Judgement.Preferred(0, 0));
    Report<AnswersRow> report =
        new Doctor(9, TooLong.RAISE, "dpo")
            .examine(samples(pair, turned, pair("7", "9", "8")), samples(pair), maker(Takes.PAIRS));
    // The second says the same as the first: 9 is better than 8 with probability 0.
    assertThat(report.train().duplicates().count()).isEqualTo(1);
    assertThat(report.shared()).isEqualTo(1);
    assertThat(report.warnings())
        .contains(
            "1 rows of training judge the same answers otherwise than an earlier row, the first is"
                + " x.jsonl line 3")
        .contains(
            "1 rows of the evaluation have a prompt that training has too, the first is"
                + " x.jsonl line 1");
    assertThat(report.sample().plain())
        .isEqualTo("<|bos|>7[[8<|eos|>]]" + System.lineSeparator() + "rather than: 9");
  }

  @Test
  void judgementsThatAMethodDoesNotTake() {
    assertThat(errors(Takes.PAIRS, labelled("8", true)))
        .containsExactly(
            "x.jsonl line 1 has one answer with a label (1 of 1 rows are so): this method compares"
                + " answers: give chosen and rejected, or take a method that learns from labels"
                + " (kto)");
    assertThat(errors(Takes.LABELS, pair("7", "8", "9")))
        .containsExactly(
            "x.jsonl line 1 has a pair of answers (1 of 1 rows are so): this method learns from"
                + " single answers: give completion and label");
    Example.Answers tied =
        new Example.Answers(pair("7", "8", "9").each(), new Judgement.Ranked(List.of(0, 0)));
    assertThat(errors(Takes.RANKINGS, tied))
        .containsExactly(
            "x.jsonl line 1 has a ranking of 2 answers with ties (1 of 1 rows are so): this method"
                + " needs an order of all answers: give each a rank of its own, or take a method that"
                + " learns from pairs");
    assertThat(errors(Takes.TIED_RANKINGS, tied)).isEmpty();
    assertThat(errors(Takes.RANKINGS, pair("7", "8", "9"))).isEmpty(); // an order of two
    assertThat(errors(Takes.GRADES, tied)).hasSize(1);
    assertThat(errors(Takes.COMPARISONS, tied)).isEmpty();
    assertThat(errors(Takes.UNTIED_COMPARISONS, pair("7", "8", "9"))).isEmpty();
    assertThat(errors(Takes.UNTIED_COMPARISONS, tied))
        .containsExactly(
            "x.jsonl line 1 has a ranking of 2 answers with ties (1 of 1 rows are so): plackett_luce"
                + " knows no ties: give each answer a rank of its own, or take ranking: all_pairs");
    assertThat(errors(Takes.COMPARISONS, labelled("8", true))).hasSize(1);
    assertThat(errors(Takes.ANY, tied)).isEmpty();
    assertThat(errors(Takes.PAIRS, pair("7", "\ufffd\u0001", "\ufffd\u0001"))).hasSize(1);
  }

  private static List<String> errors(Takes takes, Example example) {
    return new Doctor(90, TooLong.RAISE, "dpo")
        .examine(samples(example), Samples.NONE, maker(takes))
        .errors();
  }

  /**
   * Targets are 29 2 | 30 30 2; a position is one before its target, the second row begins at 9.
   */
  @Test
  void aBatchByHand() {
    try (Scope scope = new Scope()) {
      AnswersRow first = maker(Takes.PAIRS).make(chats("7", "8", "99"));
      AnswersRow second = maker(Takes.LABELS).make(labelled("8", true)); // 1 28 | 29 2
      AnswersBatch batch = AnswersBatch.of(List.of(first, second), Compute.CPU);
      assertThat(Ops.toLongs(batch.written().targets())).containsExactly(29, 2, 30, 30, 2, 29, 2);
      assertThat(Ops.toLongs(batch.written().positions()))
          .containsExactly(6, 7, 15, 16, 17, 20, 21);
      assertThat(Ops.toLongs(batch.owner())).containsExactly(0, 0, 1, 1, 1, 2, 2);
      assertThat(Ops.toFloats(batch.lengths())).containsExactly(2, 3, 2);
      assertThat(batch.starts()).containsExactly(0, 2, 3);
      assertThat(batch.answers()).isEqualTo(3);
      assertThat(Ops.toLongs(batch.places(0, Compute.CPU))).containsExactly(0, 2);
      assertThatThrownBy(() -> batch.places(1, Compute.CPU)).hasMessage("row 1 has no answer 1");
    }
  }

  @Test
  void judgementsAsTensors() {
    try (Scope scope = new Scope()) {
      List<TokenRow> two = maker(Takes.PAIRS).make(pair("7", "8", "9")).each();
      AnswersBatch pairs = batch(two, new Judgement.Preferred(0.75, 2), Judgement.Preferred.PLAIN);
      assertThat(Ops.toLongs(pairs.places(1, Compute.CPU))).containsExactly(1, 3);
      AnswersBatch graded =
          batch(
              two,
              new Judgement.Graded(
                  List.of("x", "y"), List.of(List.of(1.0, 2.0), List.of(3.0, 4.0))));
      assertThat(Ops.shape(graded.grades(Compute.CPU))).containsExactly(2, 2);
      assertThat(Ops.toFloats(graded.grades(Compute.CPU))).containsExactly(1, 2, 3, 4);
      AnswersBatch labels =
          AnswersBatch.of(
              List.of(
                  maker(Takes.LABELS).make(labelled("8", true)),
                  maker(Takes.LABELS).make(labelled("8", false))),
              Compute.CPU);
      assertThat(Ops.toFloats(labels.desirable(Compute.CPU))).containsExactly(1, 0);
    }
  }

  private static AnswersBatch batch(List<TokenRow> each, Judgement... judgements) {
    return AnswersBatch.of(
        Arrays.stream(judgements).map(j -> new AnswersRow(each, j, 2)).toList(), Compute.CPU);
  }
}
