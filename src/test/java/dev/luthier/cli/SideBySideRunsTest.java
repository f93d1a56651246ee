package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.TinyRun;
import dev.luthier.recipe.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a preference run reports of answers before and after, and of its distance. */
class SideBySideRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;
  private TinyRun tiny;

  /** Answers of which the shorter one is better, 12 rows to learn from and 4 to measure on. */
  @BeforeEach
  void write() throws IOException {
    tiny = TinyRun.in(dir.resolve("tiny"));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      lines.add(
          JSON.writeValueAsString(
              Map.of("prompt", "Well " + i + "? ", "chosen", "yes", "rejected", "no " + i)));
    }
    Files.write(dir.resolve("train.jsonl"), lines.subList(0, 12));
    Files.write(dir.resolve("eval.jsonl"), lines.subList(12, 16));
  }

  private Path recipe(String method, String compare) throws IOException {
    return Files.writeString(
        dir.resolve("recipe.yaml"),
        """
        model: { path: %s/model, device: cpu }
        method: %s
        peft: { lora: { rank: 4, alpha: 8 } }
        data: { train: %s/train.jsonl, eval: %s/eval.jsonl }
        optim: { lr: 2e-2, batch: 4, max_steps: 6 }
        eval: { every: 6, generate: 3, max_new_tokens: 8, compare: %s }
        output: %s/out
        """
            .formatted(tiny.dir(), method, dir, dir, compare, dir));
  }

  private String train(String method, String compare, String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of("train", recipe(method, compare).toString()));
    args.addAll(List.of(more));
    return Said.ok(args.toArray(String[]::new));
  }

  private JsonNode result(String out) throws IOException {
    return Golden.json(dir.resolve(out).resolve("result.json"));
  }

  /** A reward model judges; both answers to every prompt are on the page with their scores. */
  @Test
  void aRewardModelJudges() throws IOException {
    train("reward", "4", "--output=" + dir.resolve("reward"));
    String judge =
        "{ prompts: 4, judge: { reward_model: { model: %s/model, adapter: %s/reward/adapter } } }"
            .formatted(tiny.dir(), dir);
    String said = train("dpo", judge);
    assertThat(said)
        .contains("judge", "reward_model {", "mean score", "; the data's answers")
        .containsPattern("win rate +[01]\\.\\d{3} \\(95 %: ")
        .contains("answers compared");
    JsonNode compared = result("out").path("compared");
    assertThat(compared.path("prompts").asInt()).isEqualTo(4);
    double wins = compared.path("wins").asDouble() + compared.path("ties").asDouble() / 2;
    assertThat(compared.path("win_rate").asDouble()).isCloseTo(wins / 4, within(1e-9));
    assertThat(Files.readAllLines(dir.resolve("out/answers.jsonl"))).hasSize(4);
    assertThat(Files.readString(dir.resolve("out/report.html")))
        .contains("Answers before and after", "Well 12?", "Well 15?", "score ", " tokens")
        .contains("tokens of a chosen answer</td><td>4.0 (mean)") // y, e, s and the end
        .contains("tokens of a rejected answer");
  }

  /** At the start nothing is away from the reference; the copy and the adapters off agree. */
  @Test
  void theDistanceFromTheReference() throws IOException {
    String said = train("dpo", "0");
    assertThat(said).doesNotContain("answers compared");
    JsonNode cached = result("out");
    assertThat(cached.path("before").path("reference_kl").asDouble()).isZero();
    double moved = cached.path("after").path("reference_kl").asDouble();
    assertThat(moved).isGreaterThan(1e-3);
    double tokens = cached.path("after").path("answer_tokens").asDouble();
    assertThat(tokens).isBetween(1.0, 8.0);
    assertThat(cached.path("after").path("reference_kl_token").asDouble())
        .isCloseTo(moved / tokens, within(1e-6 * moved + 1e-9));
    train("{ dpo: { reference: copy } }", "0", "--output=" + dir.resolve("copy"));
    assertThat(result("copy").path("after").path("reference_kl").asDouble())
        .isCloseTo(moved, within(2e-2 * moved));
    train("simpo", "0", "--output=" + dir.resolve("none")); // against the model it began with
    assertThat(result("none").path("before").path("reference_kl").asDouble()).isZero();
  }

  @Test
  void whereTheReferenceIsGone() throws IOException {
    String full = train("dpo", "0", "--peft=full", "--optim.lr=1e-3");
    assertThat(full)
        .containsPattern("reference kl +not measured: all weights learn")
        .contains("take reference: copy");
    assertThat(result("out").path("after").has("reference_kl")).isFalse();
    assertThat(result("out").path("after").has("answer_tokens")).isTrue();
    String copy =
        train(
            "{ dpo: { reference: copy } }",
            "0",
            "--peft=full",
            "--optim.lr=1e-3",
            "--output=" + dir.resolve("copy"));
    assertThat(copy).doesNotContain("not measured");
    assertThat(result("copy").path("before").path("reference_kl").asDouble()).isZero();
    assertThat(result("copy").path("after").path("reference_kl").asDouble()).isPositive();
  }

  /** A run that stops and goes on has the answers of before its first step. */
  @Test
  void theAnswersBeforeSurvive() throws IOException {
    Path recipe = recipe("dpo", "{ prompts: 4, judge: exact_match }");
    Files.writeString(
        recipe, Files.readString(recipe) + System.lineSeparator() + "checkpoint: { every: 2 }");
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(recipe, whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(3, notes).train(recipe, broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(-1, notes).train(recipe, broken, Training.Start.RESUME)).isTrue();
    assertThat(broken.resolve("answers.jsonl"))
        .hasSameTextualContentAs(whole.resolve("answers.jsonl"));
    assertThat(result("broken").path("compared")).isEqualTo(result("whole").path("compared"));
  }

  /** Of answers that are written without being judged, too. */
  @Test
  void fineTuningHasItToo() throws IOException {
    Files.writeString(
        dir.resolve("eval.jsonl"),
        Files.readString(dir.resolve("eval.jsonl")).replace("chosen", "completion"));
    Files.writeString(
        dir.resolve("train.jsonl"),
        Files.readString(dir.resolve("train.jsonl")).replace("chosen", "completion"));
    String said = train("sft", "{ prompts: 4, judge: exact_match, temperature: 0.7 }");
    assertThat(said).contains("win rate", "answers compared        4");
  }

  private void refused(String line, String method, String compare, String... more)
      throws IOException {
    List<String> args = new ArrayList<>(List.of("train", recipe(method, compare).toString()));
    args.addAll(List.of(more));
    Said said = Said.luthier(args.toArray(String[]::new));
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
    assertThat(said.code()).isEqualTo(2);
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void wrongComparisons() throws IOException {
    String judge = "{ judge: exact_match }";
    refused("eval.compare.prompts must be >= 0, was -1", "dpo", "-1");
    refused("eval.compare.temperature: sampling.temperature", "dpo", "{ temperature: -1 }");
    refused("eval.compare.prompts must be >= 1 where", "dpo", "{ prompts: 0, judge: exact_match }");
    refused("method.reward writes none; leave it out", "reward", judge);
    refused("there are none; give data.eval or data.holdout", "dpo", judge, "--data.eval=[]");
    refused(
        "eval.compare.judge: %s/model gives no reward".formatted(tiny.dir()),
        "dpo",
        "{ judge: { reward_model: { model: %s/model } } }".formatted(tiny.dir()));
    refused(
        "eval.jsonl line 1: exact_match finds no expected answer in column \"other\"",
        "dpo",
        "{ judge: { exact_match: { column: other } } }");
    refused("nowhere", "dpo", "{ judge: { reward_model: { model: nowhere } } }");
  }
}
