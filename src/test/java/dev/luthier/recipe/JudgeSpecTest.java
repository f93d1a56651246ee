package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.ChatServer;
import dev.luthier.ChatServer.Sent;
import dev.luthier.data.Example;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Judges as recipes and commands have them. */
class JudgeSpecTest {
  @TempDir Path dir;

  @Doc("A scorer")
  record Holder(@Doc("The scorer") Scorer scorer) {}

  private static Scorer scorer(String yaml) {
    return Recipes.parse(yaml, "test.yaml", List.of(), p -> p, Holder.class).scorer();
  }

  @Test
  void namesTextsAndFiles() throws IOException {
    JudgeSpec wrong = JudgeText.read("{flawed: {error: 0.1, of: exact_match}}").judge();
    Path file =
        Files.writeString(
            dir.resolve("j.yaml"), "judge:\n  flawed: { error: 0.1, of: exact_match }\n");
    assertThat(JudgeText.read(file.toString()).judge()).isEqualTo(wrong);
    assertThat(JudgeText.read(Map.of("flawed", Map.of("error", 0.1, "of", "exact_match"))).judge())
        .isEqualTo(wrong);
    JudgeText local = JudgeText.read("{local: {folder: runs/x, way: {rubric: {most: 3}}}}");
    assertThat(JudgeText.read(Yaml.parse(Yaml.print(local.written())))).isEqualTo(local);
    assertThat(local.judge().model()).isEqualTo("runs/x");
    assertThat(JudgeText.read("{scorer: exact_match}").judge().told())
        .isEqualTo("scorer {of: {exact_match: {column: expected}}}");
  }

  /** Grades 1 to 3 in 0.2, 0.2, 0.6: (0.2 + 0.4 + 1.8 - 1) / 2 = 0.7. */
  @Test
  void aJudgeScoresAnswers() {
    Sent grade = Sent.letter("3", Map.of("1", 0.2, "2", 0.2, "3", 0.6));
    try (ChatServer server = new ChatServer(q -> grade)) {
      String yaml =
          "scorer: {judge: {by: {endpoint: {server: {url: '%s', model: m, attempts: 1, cache: '%s'}, way: {rubric: {most: 3}}}}}}"
              .formatted(server.url(), dir.resolve("cache.jsonl"));
      Asked asked = new Asked(new Example.PromptCompletion("q", "a"), Map.of(), 0, "row 1");
      Asked other = asked.saying("b");
      try (Reward reward = scorer(yaml).open("cpu")) {
        assertThat(reward.of(List.of(asked)).get(0).total()).isCloseTo(0.7, within(1e-9));
        server.answer(q -> Sent.CUT);
        assertThat(reward.of(List.of(asked)).get(0).total()).isCloseTo(0.7, within(1e-9)); // kept
        assertThatThrownBy(() -> reward.of(List.of(other)))
            .isInstanceOf(UserError.class)
            .hasMessageContaining("cannot be reached");
        server.answer(q -> Sent.text("who knows"));
        assertThatThrownBy(() -> reward.of(List.of(other)))
            .isInstanceOf(UserError.class)
            .hasMessage("row 1: the judge gives no grade to an answer; look at its template");
      }
    }
  }

  @Test
  void aScorerGrades() {
    assertThatThrownBy(() -> scorer("scorer: {judge: {by: {local: {folder: runs/x}}}}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it must be local or endpoint with way: rubric, was local");
    assertThatThrownBy(() -> scorer("scorer: {judge: {by: flawed}}"))
        .hasMessageContaining("was flawed");
  }

  /** The page of judges names every key. */
  @Test
  void thePageIsWhole() throws IOException {
    String page = Files.readString(Path.of("docs/rlaif.md"));
    told(page, JudgeSpec.class);
  }

  private static void told(String page, Class<?> type) {
    if (type == Scorer.class) {
      return; // has a page of its own
    }
    if (Binder.isChoice(type)) {
      Schema.variants(type)
          .forEach(
              (name, variant) -> {
                assertThat(page).contains("`" + name + "`");
                told(page, variant.record());
              });
    } else if (type.isRecord()) {
      for (Schema.Key key : Schema.keys(type)) {
        assertThat(page).as("%s of %s", key.name(), type).contains("`" + key.name() + "`");
        told(page, Schema.raw(key.type()));
      }
    }
  }
}
