package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs of answers that are graded in several aspects, and rows beside what is read of them. */
class AspectPairsTest {
  @TempDir Path dir;

  private static Example.Answers graded(List<List<Double>> grades, String... said) {
    return new Example.Answers(
        Stream.of(said).map(s -> (Example.Answered) new Example.PromptCompletion("?", s)).toList(),
        new Judgement.Graded(List.of("kind", "true"), grades));
  }

  private static List<String> said(List<Example> examples) {
    return examples.stream()
        .map(e -> (Example.Answers) e)
        .map(
            a ->
                a.each().get(0).said()
                    + a.each().get(1).said()
                    + ((Judgement.Graded) a.judgement()).grades())
        .toList();
  }

  /** a and b differ in both aspects, b and c only in one, and a and c in one. */
  @Test
  void pairsThatSomeAspectTellsApart() {
    Example.Answers row =
        graded(List.of(List.of(1.0, 5.0), List.of(2.0, 3.0), List.of(1.0, 3.0)), "a", "b", "c");
    assertThat(said(new AspectPairs(List.of()).of(row)))
        .containsExactly(
            "ab[[1.0, 5.0], [2.0, 3.0]]",
            "ac[[1.0, 5.0], [1.0, 3.0]]",
            "bc[[2.0, 3.0], [1.0, 3.0]]");
    assertThat(said(new AspectPairs(List.of("true")).of(row)))
        .containsExactly("ab[[5.0], [3.0]]", "ac[[5.0], [3.0]]");
    assertThatThrownBy(() -> new AspectPairs(List.of("short")).of(row))
        .isInstanceOf(UserError.class)
        .hasMessage("answers are graded in [kind, true], not in \"short\"");
  }

  @Test
  void rowsWithoutAPair() {
    assertThatThrownBy(
            () ->
                new AspectPairs(List.of())
                    .of(graded(List.of(List.of(1.0, 2.0), List.of(1.0, 2.0)), "a", "b")))
        .isInstanceOf(RefusedRow.class)
        .hasMessageContaining("equally good in every aspect");
    assertThatThrownBy(() -> new AspectPairs(List.of()).of(graded(List.of(List.of(1.0, 2.0)), "a")))
        .isInstanceOf(RefusedRow.class)
        .hasMessageContaining("one answer alone");
    Example.Answers pair =
        new Example.Answers(
            List.of(new Example.PromptCompletion("?", "a"), new Example.PromptCompletion("?", "b")),
            Judgement.Preferred.PLAIN);
    assertThat(new AspectPairs(List.of()).of(pair)).containsExactly(pair);
  }

  /** Ranked answers are read from the best on; each knows where its row has it. */
  @Test
  void rankedAnswersKnowTheirPlaces() throws IOException {
    Path file = dir.resolve("rows.jsonl");
    Files.writeString(
        file,
        """
        {"q": "?", "answers": ["c", "a", "b"], "ranks": [3, 1, 2]}
        {"q": "?", "answers": ["c", "c"], "ranks": [1, 2]}
        """);
    JudgedRow.All all =
        JudgedRow.read(file.toString(), Optional.empty(), new Columns(Map.of("prompt", "q")));
    assertThat(all.form()).isEqualTo(Form.RANKING);
    assertThat(all.rows()).hasSize(1);
    JudgedRow row = all.rows().get(0);
    assertThat(row.answers().each())
        .extracting(Example.Answered::said)
        .containsExactly("a", "b", "c");
    assertThat(row.places()).containsExactly(1, 2, 0);
    assertThat(row.row().columns()).containsKey("q");
    assertThat(all.refused()).extracting(Refusal::reason).first().asString().contains("twice");
  }
}
