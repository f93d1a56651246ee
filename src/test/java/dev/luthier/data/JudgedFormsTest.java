package dev.luthier.data;

import static dev.luthier.data.Rows.answers;
import static dev.luthier.data.Rows.form;
import static dev.luthier.data.Rows.refusal;
import static dev.luthier.data.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rows of answers with labels, ranks and grades. */
class JudgedFormsTest {
  private static List<String> said(Example.Answers answers) {
    return answers.each().stream().map(Example.Answered::said).toList();
  }

  private static Judgement.Graded one(String aspect, double... grades) {
    return new Judgement.Graded(List.of(aspect), Arrays.stream(grades).mapToObj(List::of).toList());
  }

  @Test
  void labels() {
    String row = "{'prompt': 'p', 'completion': 'a', 'label': %s}";
    Example.Answered answered = new Example.PromptCompletion("p", "a");
    for (String yes : List.of("true", "1", "1.0", "'True'", "'1'")) {
      assertThat(answers(row.formatted(yes)))
          .isEqualTo(new Example.Answers(List.of(answered), new Judgement.Labelled(true)));
    }
    for (String no : List.of("false", "0", "'false'")) {
      assertThat(answers(row.formatted(no)).judgement()).isEqualTo(new Judgement.Labelled(false));
    }
    assertThat(refusal(row.formatted("2")))
        .isEqualTo("column \"label\" is 2; true, false, 1 or 0 is needed");
    assertThat(refusal(row.formatted("-1")))
        .isEqualTo("column \"label\" is -1; true, false, 1 or 0 is needed");
    assertThat(refusal(row.formatted("'good'")))
        .isEqualTo("column \"label\" is good; true, false, 1 or 0 is needed");
    assertThat(refusal(row.formatted("null")))
        .isEqualTo("column \"label\" is null; true, false, 1 or 0 is needed");
  }

  @Test
  void labelledConversations() {
    String row =
        "{'messages': [{'role': 'user', 'content': 'p'}, {'role': '%s', 'content': 'a'}], 'label':"
            + " 1}";
    Example.Answers read = answers(row.formatted("assistant"));
    assertThat(read.prompt()).isEqualTo(List.of(Message.of("user", "p")));
    assertThat(said(read)).containsExactly("a");
    assertThat(refusal(row.formatted("user"))).startsWith("column \"messages\" goes from");
    assertThat(
            answers(
                    "{'conversations': [{'from': 'human', 'value': 'p'}, {'from': 'gpt', 'value':"
                        + " 'a'}], 'kto_tag': false}")
                .judgement())
        .isEqualTo(new Judgement.Labelled(false));
    assertThat(refusal("{'messages': [{'role': 'assistant', 'content': 'a'}], 'label': 1}"))
        .isEqualTo("column \"messages\" has one message; what is asked and the answer are needed");
  }

  /** Ranks 3, 1, 3, 2: the second answer, the fourth, then the first and the third together. */
  @Test
  void rankings() {
    Example.Answers read =
        answers("{'prompt': 'p', 'answers': ['a', 'b', 'c', 'd'], 'ranks': [3, 1, 3, 2]}");
    assertThat(said(read)).containsExactly("b", "d", "a", "c");
    assertThat(read.judgement()).isEqualTo(new Judgement.Ranked(List.of(0, 1, 2, 2)));
    assertThat(((Judgement.Ranked) read.judgement()).ties()).isTrue();
    String row = "{'prompt': 'p', 'answers': %s%s}";
    assertThat(refusal(row.formatted("['a', 'b']", ", 'ranks': [1]")))
        .isEqualTo("column \"ranks\" has 1 values for 2 answers; each answer needs one");
    assertThat(refusal(row.formatted("['a', 'a']", ", 'ranks': [1, 2]")))
        .isEqualTo("column \"answers\" has the same answer twice; keep one of them");
    assertThat(refusal(row.formatted("['a']", ", 'ranks': [1]")))
        .isEqualTo("column \"answers\" has 1 answers; at least two are needed");
    assertThat(refusal(row.formatted("['a', ' ']", ", 'ranks': [1, 2]")))
        .isEqualTo("column \"answers.1\" is an empty answer; remove the row");
    assertThat(refusal(row.formatted("['a', 'b']", ", 'ranks': ['first', 2]")))
        .isEqualTo("column \"ranks\" is a text; a number is needed");
  }

  /** That a list is in order is never guessed. */
  @Test
  void answersInOrder() {
    Row row = row("{'prompt': 'p', 'answers': ['a', 'b', 'c']}");
    assertThatThrownBy(() -> Form.detect(row, Form.TO_PREFER))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            "x.jsonl line 1: the columns are prompt, answers, which is no known");
    assertThat(answers(Form.RANKING.read(row)).judgement())
        .isEqualTo(new Judgement.Ranked(List.of(0, 1, 2)));
  }

  @Test
  void grades() {
    String row = "{'prompt': 'p', 'answers': ['a', 'b'], 'scores': %s}";
    assertThat(answers(row.formatted("[4, '2.5']")).judgement()).isEqualTo(one("score", 4, 2.5));
    Judgement.Graded two =
        new Judgement.Graded(
            List.of("kind", "true"), List.of(List.of(1.0, 5.0), List.of(2.0, 3.0)));
    assertThat(
            answers(row.formatted("[{'true': 5, 'kind': 1}, {'kind': 2, 'true': 3}]")).judgement())
        .isEqualTo(two);
    assertThat(answers(row.formatted("{'true': [5, 3], 'kind': [1, 2]}")).judgement())
        .isEqualTo(two);
    assertThat(two.grade(0)).isEqualTo(3); // (1 + 5) / 2
    assertThat(two.better(0, 1)).isTrue(); // 3 against 2.5
    assertThat(two.only("kind").better(0, 1)).isFalse();
    assertThat(answers("{'prompt': 'p', 'response': 'a', 'rating': 3}").judgement())
        .isEqualTo(one("score", 3));
    assertThat(refusal(row.formatted("[4]")))
        .isEqualTo("column \"scores\" has 1 values for 2 answers; each answer needs one");
    assertThat(refusal(row.formatted("[{'kind': 1}, {'true': 3}]")))
        .isEqualTo("the answers are not graded in the same aspects: [kind] and [true]");
    assertThat(refusal(row.formatted("[4, null]")))
        .isEqualTo("column \"scores\" is missing; a text is needed");
    assertThat(refusal(row.formatted("3")))
        .isEqualTo("column \"scores\" is a number; a list with a grade for each answer is needed");
  }

  @Test
  void ultraFeedback() {
    String row =
        "{'instruction': 'p', 'completions': [{'response': 'a', 'overall_score': 8.5,"
            + " 'annotations': {'honesty': {'Rating': '4'}}}, {'response': 'b', 'overall_score': 3,"
            + " 'annotations': {'honesty': {'Rating': '%s'}}}]}";
    Example.Answers read = answers(row.formatted("5"));
    assertThat(read.prompt()).isEqualTo(List.of(Message.of("user", "p")));
    assertThat(read.judgement())
        .isEqualTo(
            new Judgement.Graded(
                List.of("honesty", "overall"), List.of(List.of(4.0, 8.5), List.of(5.0, 3.0))));
    assertThat(read.judgement().better(0, 1)).isTrue(); // overall counts
    assertThat(refusal(row.formatted("N/A")))
        .isEqualTo("column \"completions.1.annotations.honesty\" is a text; a number is needed");
    assertThat(refusal("{'prompt': 'p', 'completions': [{'response': 'a'}]}"))
        .isEqualTo("column \"completions\" has an answer without overall_score or annotations");
  }

  @Test
  void formsAreTold() {
    assertThat(
            Stream.of(
                    "{'prompt': 1, 'chosen': 1, 'rejected': 1}",
                    "{'conversations': 1, 'chosen': 1, 'rejected': 1}",
                    "{'prompt': 1, 'completion': 1, 'label': 1}",
                    "{'prompt': 1, 'completion': 1, 'score': 1}",
                    "{'prompt': 1, 'completions': ['a'], 'ranks': 1}",
                    "{'question': 1, 'responses': 1, 'grades': 1}")
                .map(row -> form(row).label()))
        .containsExactly(
            "preference", "sharegpt-preference", "feedback", "graded", "ranking", "graded");
    assertThatThrownBy(() -> form("{'prompt': 1, 'chosen': 1}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the columns are prompt, chosen, which is no known form; needed are")
        .hasMessageContaining("[chosen + rejected | answer_a + answer_b");
  }
}
