package dev.luthier.data;

import static dev.luthier.data.Rows.pair;
import static dev.luthier.data.Rows.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Judgements of one kind as those of another; the answers of a row are a, b, c ... */
class ConversionTest {
  private static Example.Answers answers(Judgement judgement) {
    return new Example.Answers(
        IntStream.range(0, judgement.answers())
            .mapToObj(i -> (Example.Answered) answer(i))
            .toList(),
        judgement);
  }

  private static Example.PromptCompletion answer(int i) {
    return new Example.PromptCompletion("p", String.valueOf((char) ('a' + i)));
  }

  private static Judgement.Graded graded(double... grades) {
    return new Judgement.Graded(
        List.of("score"),
        IntStream.range(0, grades.length).mapToObj(i -> List.of(grades[i])).toList());
  }

  /** Pairs as "a>c 2": the better, the worse and the margin. */
  private static List<String> pairs(Conversion conversion, Judgement judgement) {
    return conversion.of(answers(judgement)).stream()
        .map(example -> (Example.Answers) example)
        .map(
            pair ->
                "%s>%s %.0f"
                    .formatted(
                        pair.each().get(0).said(),
                        pair.each().get(1).said(),
                        ((Judgement.Preferred) pair.judgement()).margin()))
        .toList();
  }

  @Test
  void allPairs() {
    assertThat(pairs(new AllPairs(), new Judgement.Ranked(List.of(0, 1, 2))))
        .containsExactly("a>b 0", "a>c 0", "b>c 0");
    assertThat(pairs(new AllPairs(), new Judgement.Ranked(List.of(0, 1, 1))))
        .containsExactly("a>b 0", "a>c 0"); // b and c are tied
    assertThat(pairs(new AllPairs(), graded(3, 5, 3))).containsExactly("b>a 2", "b>c 2");
    Judgement two =
        new Judgement.Graded(List.of("x", "y"), List.of(List.of(1.0, 9.0), List.of(4.0, 4.0)));
    assertThat(pairs(new AllPairs(), two)).containsExactly("a>b 1"); // 5 against 4 in the mean
    assertThat(pairs(new AllPairs(Optional.of("x")), two)).containsExactly("b>a 3");
    assertThatThrownBy(() -> pairs(new AllPairs(Optional.of("z")), two))
        .isInstanceOf(UserError.class)
        .hasMessage("answers are graded in [x, y], not in \"z\"");
    Example same = pair("p", "a", "b");
    assertThat(new AllPairs().of(same)).containsExactly(same);
  }

  @Test
  void neighbours() {
    assertThat(pairs(new AdjacentPairs(), new Judgement.Ranked(List.of(0, 1, 2))))
        .containsExactly("a>b 0", "b>c 0");
    assertThat(pairs(new AdjacentPairs(), new Judgement.Ranked(List.of(0, 0, 1, 2))))
        .containsExactly("a>c 0", "b>c 0", "c>d 0");
  }

  /** Every neighbour's pair is one of all pairs, and all others follow from them. */
  @Test
  void neighboursAreSomeOfAllPairs() {
    Judgement ranked = new Judgement.Ranked(List.of(0, 1, 1, 2, 3));
    assertThat(pairs(new AllPairs(), ranked))
        .containsAll(pairs(new AdjacentPairs(), ranked))
        .hasSize(5 * 4 / 2 - 1);
  }

  @Test
  void labels() {
    assertThat(new AnswerLabels().of(pair("p", "a", "b")))
        .containsExactly(label(0, true), label(1, false));
    assertThat(new AnswerLabels().of(answers(new Judgement.Preferred(0.2, 0))))
        .containsExactly(label(0, false), label(1, true));
    assertThat(new AnswerLabels(OptionalDouble.of(3)).of(answers(graded(2.5, 3))))
        .containsExactly(label(0, false), label(1, true));
    Example graded = answers(graded(2.5, 3));
    assertThat(new AnswerLabels().of(graded)).containsExactly(graded);
  }

  private static Example label(int answer, boolean desirable) {
    return new Example.Answers(List.of(answer(answer)), new Judgement.Labelled(desirable));
  }

  @Test
  void comparedRowsStayWhole() {
    Example ranked = answers(new Judgement.Ranked(List.of(0, 1, 1)));
    assertThat(new Compared().of(ranked)).containsExactly(ranked);
    assertThat(new Compared().of(answers(graded(3, 5, 3)))).hasSize(1);
    assertThat(new Compared().of(answers(graded(3)))).hasSize(1); // which the method refuses
    Example even = answers(new Judgement.Preferred(0.5, 0));
    assertThat(new Compared().of(even)).containsExactly(even);
    assertThatThrownBy(() -> new Compared().of(answers(graded(2, 2, 2))))
        .hasMessageContaining("all answers of the row are equally good");
  }

  /** A row that makes nothing is refused with its place, one that makes several keeps its place. */
  @Test
  void rowsThatMakeNoPair() {
    Samples read =
        samples(
            answers(new Judgement.Ranked(List.of(0, 0))),
            answers(new Judgement.Ranked(List.of(0, 1, 2))));
    Samples converted = read.converted(new AllPairs());
    assertThat(converted.refused())
        .containsExactly(
            new Refusal(
                "x.jsonl line 1", "all answers of the row are equally good; they make no pair"));
    assertThat(converted.list())
        .extracting(Sample::place)
        .containsExactly("x.jsonl line 2", "x.jsonl line 2", "x.jsonl line 2");
    assertThat(converted.rows()).isEqualTo(2);
  }

  @Test
  void judgementsThatAreNone() {
    assertThatThrownBy(() -> new Judgement.Preferred(1.5, 0))
        .hasMessage("probability must be from 0 to 1, was 1.5");
    assertThatThrownBy(() -> new Judgement.Preferred(1, -1))
        .hasMessage("margin must be >= 0, was -1");
    assertThatThrownBy(() -> new Judgement.Ranked(List.of(0, 2)))
        .hasMessage("ranks must go 0, 1, 2 ... with ties repeated, was [0, 2]");
    assertThatThrownBy(() -> new Judgement.Ranked(List.of(0)))
        .hasMessage("a ranking needs at least 2 answers, was 1");
    assertThatThrownBy(() -> new Judgement.Graded(List.of("x"), List.of(List.of(1.0, 2.0))))
        .hasMessage("an answer needs a grade for each of [x], was [1.0, 2.0]");
    assertThatThrownBy(
            () -> new Example.Answers(pair("p", "a", "b").each(), new Judgement.Labelled(true)))
        .hasMessage("2 answers are there, but 1 are judged");
    assertThatThrownBy(
            () ->
                new Example.Answers(
                    List.of(answer(0), new Example.PromptCompletion("q", "b")),
                    Judgement.Preferred.PLAIN))
        .hasMessage("answers that are compared must have the same prompt");
  }
}
