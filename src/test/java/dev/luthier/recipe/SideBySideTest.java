package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Message;
import dev.luthier.metric.WinRate;
import dev.luthier.reward.ExactMatch;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SideBySideTest {
  @TempDir Path dir;

  private static Exam.Question question(String prompt, String expected) {
    return Posed.of(new Example.PromptCompletion(prompt, expected))
        .orElseThrow()
        .question(expected.isEmpty() ? Map.of() : Map.of("expected", expected), "row");
  }

  private static Exam.Answer answer(String text) {
    return new Exam.Answer(text, text.length());
  }

  private static SideBySide sides(List<String> before, List<String> after) {
    return SideBySide.of(
        List.of(question("p", "yes"), question("q", "no"), question("r", "so"), question("s", "")),
        before.stream().map(SideBySideTest::answer).toList(),
        after.stream().map(SideBySideTest::answer).toList());
  }

  private static final SideBySide FOUR =
      sides(List.of("yes", "why", "but", "x"), List.of("yes", "no", "and", "longer"));

  /** Longer texts are worth more. */
  private static final Reward LENGTH =
      answers -> answers.stream().map(a -> Score.of(a.answered().said().length())).toList();

  /** A rule says 1, 0, 0 before and 1, 1, 0 after: one win, and two ties, of which one is equal. */
  @Test
  void aRuleDecides() {
    SideBySide three =
        SideBySide.of(
                FOUR.pairs().stream().limit(3).map(SideBySide.Pair::question).toList(),
                List.of(answer("yes"), answer("why"), answer("but")),
                List.of(answer("yes"), answer("no"), answer("and")))
            .by(new ExactMatch("expected"));
    Compared compared = Compared.of(three);
    assertThat(compared.rate()).contains(new WinRate(1, 2, 0));
    assertThat(compared.equal()).isEqualTo(1);
    assertThat(compared.scoreBefore()).hasValue(1.0 / 3);
    assertThat(compared.scoreAfter()).hasValue(2.0 / 3);
    assertThat(compared.scoreExpected()).hasValue(1); // the data's own answers are all right
    assertThat(compared.facts())
        .containsEntry("mean score", "0.333 -> 0.667; the data's answers 1.000")
        .containsEntry("answers compared", "3, of which 1 are the same");
    assertThat(compared.facts().get("win rate")).contains("1 won, 2 ties, 0 lost", "no winner");
  }

  /**
   * By length: 3 3, 3 2, 3 3, 1 6 letters before and after, so a win, a loss and two ties; both
   * that are decided go to the longer answer. 10 tokens became 14, 40 % more.
   */
  @Test
  void growthIsWorthASentence() {
    Compared compared = Compared.of(FOUR.by(LENGTH));
    assertThat(compared.rate()).contains(new WinRate(1, 2, 1));
    assertThat(compared.longer()).isEqualTo(2);
    assertThat(compared.decided()).isEqualTo(2);
    assertThat(compared.scoreExpected()).hasValue((3 + 2 + 2) / 3.0); // the last row has none
    assertThat(compared.lengths().orElseThrow()).startsWith("answers grew by 40 %");
    assertThat(compared.values()).containsEntry("win_rate", 0.5).containsEntry("tokens_after", 3.5);
    Compared less =
        Compared.of(sides(List.of("yes", "no", "so", "1234"), List.of("yes", "no", "so", "12345")));
    assertThat(less.lengths()).isEmpty(); // 11 and 12 tokens
    assertThat(less.rate()).isEmpty();
  }

  @Test
  void linesOfJson() throws IOException {
    FOUR.by(LENGTH).write(dir.resolve("answers.jsonl"));
    List<String> lines = Files.readAllLines(dir.resolve("answers.jsonl"));
    assertThat(lines).hasSize(4);
    assertThat(new ObjectMapper().readTree(lines.get(1)))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"prompt": "q", "before": {"text": "why", "tokens": 3, "score": 3.0},
                     "after": {"text": "no", "tokens": 2, "score": 2.0},
                     "expected": {"text": "no", "score": 2.0}, "better": "before"}
                    """));
    assertThat(lines.get(3)).doesNotContain("expected").contains("\"better\":\"after\"");
  }

  /** A judge reads the same prompt with another answer, and sees the row's columns. */
  @Test
  void chatsAreAnsweredByTheAssistant() {
    List<Message> prompt = List.of(Message.of("system", "Be."), Message.of("user", "Hi"));
    List<Message> good = List.of(Message.of(Message.ASSISTANT, "Hello"));
    Example.ChatCompletion chat = new Example.ChatCompletion(prompt, good, List.of());
    Posed posed =
        Posed.of(new Example.Answers(List.of(chat, chat), Judgement.Preferred.PLAIN)).orElseThrow();
    assertThat(posed.expected()).isEqualTo("Hello");
    assertThat(posed.text()).isEqualTo("system: Be.%nuser: Hi".formatted());
    assertThat(posed.question(Map.of(), "x").asked().orElseThrow().saying("No").answered())
        .isEqualTo(
            new Example.ChatCompletion(
                prompt, List.of(Message.of(Message.ASSISTANT, "No")), List.of()));
    Example bad = new Example.Answers(List.of(chat), new Judgement.Labelled(false));
    assertThat(Posed.of(bad).orElseThrow().expected()).isEmpty();
  }
}
