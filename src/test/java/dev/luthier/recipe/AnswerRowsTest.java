package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of several answers to a prompt. */
class AnswerRowsTest {
  private static Candidate answer(String text, double worth) {
    return new Candidate(text, text.length(), false, worth, Double.NaN);
  }

  private static Candidate cut(String text, double worth) {
    return new Candidate(text, text.length(), true, worth, Double.NaN);
  }

  private static Candidates to(String prompt, Candidate... answers) {
    Asked asked =
        new Asked(new Example.PromptCompletion(prompt, ""), Map.of(), 0, "x.jsonl line 1");
    return new Candidates(new Exam.Question(prompt, "", Optional.of(asked)), List.of(answers));
  }

  private static List<String> kept(Keep keep, Candidate... answers) {
    return new AnswerRows(List.of(to("p", answers)))
        .kept(keep).stream().map(row -> row.get("completion").toString()).toList();
  }

  private static final Keep BEST = new Keep.Best(Optional.empty());

  @Test
  void keepsTheBest() {
    assertThat(kept(BEST, answer("a", 0.1), answer("b", 0.7), answer("c", 0.3)))
        .containsExactly("b");
    assertThat(kept(BEST, answer("a", 1), answer("b", 1))).containsExactly("a"); // the first drawn
    assertThat(kept(BEST, answer("a", 0), cut("b", 1))).containsExactly("a"); // b never ended
    assertThat(kept(BEST, answer(" ", 1), answer("a", 0))).containsExactly("a");
    assertThat(kept(new Keep.Best(Optional.of(0.5)), answer("a", 0.4))).isEmpty();
  }

  /** Each text once, the best first. */
  @Test
  void keepsWhatIsGoodEnough() {
    Candidate[] answers = {answer("a", 0.6), answer("b", 0.9), answer("a", 0.6), answer("c", 0.2)};
    assertThat(kept(new Keep.Above(0.5, 0), answers)).containsExactly("b", "a");
    assertThat(kept(new Keep.Above(0.5, 1), answers)).containsExactly("b");
    assertThat(kept(new Keep.Above(0, 0), answers)).containsExactly("b", "a", "c");
  }

  /** No pair where all answers are level, or only a cut one differs. */
  @Test
  void pairsBestAndWorst() {
    List<Map<String, Object>> pairs =
        new AnswerRows(
                List.of(
                    to("p", answer("a", 0.1), answer("b", 0.7), answer("c", 0.3)),
                    to("q", answer("a", 1), answer("b", 1)),
                    to("r", answer("a", 1), cut("b", 0))))
            .pairs();
    assertThat(pairs)
        .containsExactly(
            Map.of(
                "prompt", "p",
                "chosen", "b",
                "rejected", "a",
                "chosen_score", 0.7,
                "rejected_score", 0.1));
  }

  /** What was drawn twice counts once, and what was cut does not count. */
  @Test
  void gradesEachTextOnce() {
    List<Map<String, Object>> graded =
        new AnswerRows(
                List.of(
                    to("p", answer("a", 0), answer("b", 1), answer("a", 0), cut("c", 0)),
                    to("q", answer("a", 1), answer("a", 1)),
                    to("r", cut("a", 1))))
            .graded();
    assertThat(graded)
        .containsExactly(
            Map.of("prompt", "p", "answers", List.of("a", "b"), "scores", List.of(0.0, 1.0)),
            Map.of("prompt", "q", "answers", List.of("a"), "scores", List.of(1.0)));
  }

  /** A chat's answer is a message, and its prompt has all messages of before. */
  @Test
  void chatsStayChats() {
    Message asked = Message.of("user", "hello");
    Asked chat =
        new Asked(
            new Example.ChatCompletion(List.of(asked), List.of(), List.of()), Map.of(), 0, "x");
    Candidates one =
        new Candidates(
            new Exam.Question("hello", "hi", Optional.of(chat)), List.of(answer("hi", 1)));
    AnswerRows rows = new AnswerRows(List.of(one));
    assertThat(rows.kept(BEST))
        .containsExactly(
            Map.of(
                "prompt", List.of(asked.fields()),
                "completion", List.of(Message.of("assistant", "hi").fields()),
                "worth", 1.0));
    assertThat(rows.all().get(0))
        .containsEntry("answers", List.of("hi"))
        .containsEntry("scores", List.of(1.0))
        .containsEntry("expected", "hi");
  }

  @Test
  void saysWhyNothingIsKept() {
    assertThat(
            new AnswerRows(List.of(to("p", answer("a", 0.25)))).nothingKept(new Keep.Above(0.5, 0)))
        .isEqualTo(
            "no answer is kept: the best is worth 0.25, and keep asks for at least 0.5; lower it,"
                + " draw more samples, or begin from a better model");
    assertThat(new AnswerRows(List.of(to("p", cut("a", 1)))).nothingKept(BEST))
        .contains("all were empty or cut at the limit; raise draw.max_new_tokens");
  }

  /** Scores reach their answers, in order; the curve is the mean of the prompts' own. */
  @Test
  void scoresAndCurve() {
    List<Candidates> all =
        List.of(to("p", answer("1", 0), answer("3", 0)), to("q", answer("5", 0), answer("5", 0)));
    List<Candidates> scored =
        Candidates.scored(
            all,
            asked ->
                asked.stream().map(a -> Score.of(Double.parseDouble(a.answered().said()))).toList(),
            Candidate::worth);
    BestCurve curve = BestCurve.of(scored);
    assertThat(curve.first().score()).isEqualTo(3.5); // (2 + 5) / 2
    assertThat(curve.last().score()).isEqualTo(4); // (3 + 5) / 2
    assertThat(curve.table()).contains("n       KL      score").doesNotContain("gold");
    assertThatThrownBy(
            () ->
                Candidates.scored(
                    all,
                    asked ->
                        new ArrayList<>(asked.stream().map(a -> Score.of(Double.NaN)).toList()),
                    Candidate::worth))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("x.jsonl line 1: the score of the answer \"1\" is NaN");
  }
}
