package dev.luthier.data;

import static dev.luthier.data.Rows.pair;
import static dev.luthier.data.Rows.samples;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the doctor says of judged answers. */
class AnswersCheckTest {
  private static Samples withEqualPairs(int equal, int rows) {
    Samples fine = samples(pair("p", "a", "b"));
    return new Samples(
        fine.list(),
        rows,
        IntStream.range(0, equal)
            .mapToObj(i -> new Refusal("x.jsonl line " + (i + 3), Preferences.SAME))
            .toList(),
        List.of("x.jsonl"));
  }

  /** Up to a tenth they are left out; from there on something is wrong with the columns. */
  @Test
  void equalAnswers() {
    assertThat(AnswersCheck.inspect(withEqualPairs(1, 10), Samples.NONE).errors()).isEmpty();
    assertThat(AnswersCheck.inspect(withEqualPairs(2, 10), Samples.NONE).errors())
        .containsExactly(
            "x.jsonl line 3: both answers are the same, as in 2 of 10 rows of training; look whether"
                + " the columns chosen and rejected are the right ones");
  }

  private static Example labelled(String said, boolean desirable) {
    return judged(new Judgement.Labelled(desirable), said);
  }

  private static Example judged(Judgement judgement, String... said) {
    return new Example.Answers(
        Arrays.stream(said)
            .map(text -> (Example.Answered) new Example.PromptCompletion("p", text))
            .toList(),
        judgement);
  }

  private static Judgement.Graded graded(String aspect, double grade) {
    return new Judgement.Graded(List.of(aspect), List.of(List.of(grade)));
  }

  @Test
  void nothingToTellApart() {
    assertThat(
            AnswersCheck.inspect(samples(labelled("a", true), labelled("b", true)), Samples.NONE)
                .warnings())
        .containsExactly(
            "all 2 labels of training are true: nothing tells a good answer from a bad one");
    assertThat(
            AnswersCheck.inspect(
                    samples(judged(graded("x", 1), "a"), judged(graded("x", 1), "b")), Samples.NONE)
                .errors())
        .containsExactly("all answers of training have the grade [1.0]: there is nothing to learn");
    assertThat(
            AnswersCheck.inspect(
                    samples(judged(graded("x", 1), "a"), judged(graded("y", 2), "b")), Samples.NONE)
                .errors())
        .containsExactly(
            "x.jsonl line 2 is graded in [y], but x.jsonl line 1 in [x]; grade all rows in the same"
                + " aspects");
  }

  @Test
  void linesOfTheReport() {
    assertThat(
            AnswersCheck.inspect(
                samples(
                    pair("p", "a", "b"),
                    judged(new Judgement.Preferred(0.4, 2), "a", "b"),
                    judged(new Judgement.Ranked(List.of(0, 0, 1)), "a", "b", "c"),
                    judged(graded("x", 1), "a"),
                    judged(graded("x", 4), "b")),
                Samples.NONE))
        .isEqualTo(
            new Findings(
                List.of(
                    "2 pairs of answers, 1 of them with a probability, 1 with a margin",
                    "1 rankings of up to 3 answers, 1 of them with ties",
                    "2 answers with a x from 1 to 4, mean 2.5000"),
                List.of(),
                List.of(
                    "1 pairs of training have a chosen answer that is rather the worse one"
                        + " (probability below 0.5)"),
                List.of()));
  }

  /** A pair whose better answer has so many tokens more than the other. */
  private static AnswersRow row(int more) {
    return new AnswersRow(
        List.of(tokens(5 + Math.max(0, more)), tokens(5 + Math.max(0, -more))),
        Judgement.Preferred.PLAIN,
        2);
  }

  private static TokenRow tokens(int targets) {
    boolean[] trained = new boolean[2 + targets];
    Arrays.fill(trained, 2, trained.length, true);
    return new TokenRow(new int[2 + targets], trained);
  }

  /** Differences 3, 1, 0, -2: mean 0.5, median (0 + 1) / 2, longer 2 of the 3 that differ. */
  @Test
  void lengthBiasByHand() {
    LengthBias bias = LengthBias.of(List.of(row(3), row(1), row(0), row(-2)));
    assertThat(bias).isEqualTo(new LengthBias(4, 2, 1, 0.5, 0.5));
    assertThat(bias.share()).isEqualTo(2.0 / 3);
    assertThat(bias.much()).isFalse(); // three pairs are chance
    Findings findings = LengthBias.review(List.of(row(3), row(-2)), List.of());
    assertThat(findings.train())
        .containsExactly(
            "the better answer is longer in 1 of 2 pairs, shorter in 1: by 0.5 tokens in the mean,"
                + " median 0.5");
    assertThat(findings.eval()).isEmpty();
    assertThat(findings.warnings()).isEmpty();
  }

  /** 30 longer and 10 shorter: 0.75 is off by 0.25, its error 3 * 0.5 / sqrt 40 = 0.237. */
  @Test
  void lengthBiasIsSpokenOf() {
    List<AnswersRow> rows = new ArrayList<>(Collections.nCopies(30, row(1)));
    rows.addAll(Collections.nCopies(10, row(-1)));
    assertThat(LengthBias.review(rows, List.of()).warnings())
        .containsExactly(
            "the better answer is the longer one in 75.0 % of the pairs of different length: length"
                + " may be learnt instead; look at accuracy beside what length alone reaches");
    rows.addAll(Collections.nCopies(1, row(-1))); // 30 of 41: off by 0.232, error 0.234
    assertThat(LengthBias.review(rows, List.of()).warnings()).isEmpty();
  }
}
