package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static dev.luthier.cli.Said.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.TinyRun;
import dev.luthier.data.Example;
import dev.luthier.recipe.Scorer;
import dev.luthier.reward.Asked;
import dev.luthier.reward.EnsembleWay;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code luthier score} with reward models that are trained here. */
class ScoreCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path dir;
  private static TinyRun run;

  private static Path write(String name, int rows, IntFunction<Map<String, Object>> row)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      lines.add(JSON.writeValueAsString(row.apply(i)));
    }
    return Files.write(dir.resolve(name), lines);
  }

  private static Map<String, Object> pair(int i) {
    return Map.of("prompt", "Well " + i + "? ", "chosen", "yes " + i, "rejected", "no " + i);
  }

  /** Two models that learn that yes is better, and one of two heads that want opposite things. */
  @BeforeAll
  static void train() throws IOException {
    run = TinyRun.in(dir);
    String recipe = Files.readString(run.recipe()).replaceFirst("method: sft", "method: reward");
    Files.writeString(run.recipe(), recipe);
    write("train.jsonl", 48, ScoreCommandTest::pair);
    for (int seed : List.of(1, 2)) {
      train("seed-" + seed, "--optim.max_steps=" + 6 * seed, "--seed=" + seed);
    }
    write("train.jsonl", 48, ScoreCommandTest::graded);
    train("heads", "--method.reward.loss=bradley_terry_aspects", "--optim.max_steps=30");
  }

  private static Map<String, Object> graded(int i) {
    return Map.of(
        "prompt",
        "Well " + i + "? ",
        "answers",
        List.of("no " + i, "yes " + i),
        "scores",
        Map.of("helpful", List.of(1, 4), "harmless", List.of(2, 1)));
  }

  private static void train(String name, String... more) {
    List<String> args = new ArrayList<>(List.of("train", run.recipe().toString()));
    args.addAll(List.of("--output=" + dir.resolve(name), "--eval.every=never"));
    args.addAll(List.of("--checkpoint.every=100"));
    args.addAll(List.of(more));
    ok(args.toArray(String[]::new));
  }

  private static Path adapter(String name) {
    return dir.resolve(name).resolve("adapter");
  }

  private static String reward(String name) {
    return "--reward=%s:%s".formatted(run.model(), adapter(name));
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> out = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      out.add(JSON.readTree(line));
    }
    return out;
  }

  @Test
  void pairs() throws IOException {
    String file = write("pairs.jsonl", 20, ScoreCommandTest::pair).toString();
    Path both = dir.resolve("both.jsonl");
    String said = ok("score", file, reward("seed-1"), reward("seed-2"), "--out", both.toString());
    assertThat(said)
        .contains(file + ": 20 rows of form preference, 40 answers")
        .containsPattern("chance +0\\.500\\R")
        .containsPattern("the longer answer +1\\.000  0\\.839 to 1\\.000\\R")
        .containsPattern(
            "seed-1 +[01]\\.\\d{3}  0\\.\\d{3} to [01]\\.\\d{3} +0\\.\\d{3} +\\S+ +\\S+\\R")
        .containsPattern("mean - 0\\.5 variance +[01]\\.\\d{3}")
        .containsPattern("seed-1, seed-2 +[01]\\.\\d{3}  +-?[01]\\.\\d{3}\\R")
        .containsPattern("raters, seed-2 +[01]\\.\\d{3}  +-?[01]\\.\\d{3}\\R")
        .containsPattern("all models +[01]\\.\\d{3}  +-?[01]\\.\\d{3}\\R")
        .contains("written   " + both);
    JsonNode first = lines(both).get(0);
    assertThat(first.fieldNames())
        .toIterable()
        .contains("prompt", "chosen_score", "rejected_score", "chosen_score_spread");
    // alone each has the model for itself, with the adapter merged into it
    Path alone = dir.resolve("alone.jsonl");
    String single = ok("score", file, reward("seed-2"), "--out", alone.toString());
    assertThat(single).doesNotContain("together").doesNotContain("kappa");
    for (int i = 0; i < 20; i++) {
      for (String which : List.of("chosen_score", "rejected_score")) {
        assertThat(lines(both).get(i).path(which + "_seed-2").asDouble())
            .isCloseTo(lines(alone).get(i).path(which).asDouble(), within(1e-4));
      }
    }
  }

  /** The same model under two names agrees with itself, and together they are that model. */
  @Test
  void equalModels() throws IOException {
    String file = write("equal.jsonl", 10, ScoreCommandTest::pair).toString();
    String model = "%s:%s".formatted(run.model(), adapter("seed-2"));
    assertThat(ok("score", file, "--reward=a=" + model, "--reward=b=" + model))
        .containsPattern("a, b +1\\.000  +1\\.000\\R")
        .containsPattern("all models +1\\.000  +1\\.000\\R")
        .contains("of those on which they do not, their mean is not to be told: there is none");
  }

  @Test
  void rankingsAndSingleAnswers() throws IOException {
    Path out = dir.resolve("scored.jsonl");
    String ranked =
        write(
                "ranked.jsonl",
                6,
                i ->
                    Map.of(
                        "prompt", "Well " + i + "? ",
                        "answers", List.of("no " + i, "yes " + i, "what " + i),
                        "ranks", List.of(3, 1, 2)))
            .toString();
    String said = ok("score", ranked, reward("seed-2"), "--out", out.toString());
    assertThat(said)
        .contains("6 rows of form ranking, 18 answers")
        .containsPattern("chance +0.333");
    JsonNode scores = lines(out).get(0).path("score");
    assertThat(scores).hasSize(3);
    String pair = write("one.jsonl", 1, ScoreCommandTest::pair).toString();
    Path of = dir.resolve("one-scored.jsonl");
    ok("score", pair, reward("seed-2"), "--out", of.toString());
    assertThat(scores.get(1).asDouble())
        .isCloseTo(lines(of).get(0).path("chosen_score").asDouble(), within(1e-5));
    String single =
        write(
                "single.jsonl",
                8,
                i ->
                    Map.of(
                        "prompt",
                        "Well " + i + "? ",
                        "completion",
                        i % 2 == 0 ? "yes" : "no",
                        "label",
                        i % 2 == 0))
            .toString();
    assertThat(ok("score", single, reward("seed-1"), reward("seed-2"), "--out", out.toString()))
        .containsPattern("in order +mean +deviation")
        .containsPattern("seed-2 +[01]\\.\\d{3} +\\S+ +\\S+\\R")
        .containsPattern("min +[01]\\.\\d{3}\\R")
        .doesNotContain("kappa");
    assertThat(lines(out).get(0).path("score_seed-1").isNumber()).isTrue();
  }

  /** Each head learns its own aspect's order, though the two are opposite. */
  @Test
  void headsByAspect() throws IOException {
    assertThat(Golden.json(adapter("heads").resolve("config.json")).path("id2label").toString())
        .isEqualTo("{\"0\":\"harmless\",\"1\":\"helpful\"}");
    String file = write("graded.jsonl", 20, ScoreCommandTest::graded).toString();
    assertThat(ok("score", file, reward("heads")))
        .containsPattern("its harmless +(1\\.000|0\\.9\\d\\d) ")
        .containsPattern("its helpful +(1\\.000|0\\.9\\d\\d) ");
  }

  /** The scorer of a recipe says what the scores of its members make, each on its scale. */
  @Test
  void ensembleOfARecipe() {
    List<Asked> asked =
        List.of(new Asked(new Example.PromptCompletion("Well 3? ", "yes 3"), Map.of(), 0, "line"));
    List<Scorer.Member> members =
        List.of(
            new Scorer.Member(
                run.model(), Optional.of(adapter("seed-1")), Optional.empty(), 0.5, 2),
            new Scorer.Member(
                run.model(), Optional.of(adapter("seed-2")), Optional.of("two"), 0, 1));
    double one = alone(asked, "seed-1");
    double two = alone(asked, "seed-2");
    try (Reward reward = new Scorer.Ensembled(members, new EnsembleWay.Least()).open("cpu")) {
      Score score = reward.of(asked).get(0);
      assertThat(score.parts().keySet()).containsExactly("seed-1", "two", "spread");
      assertThat(score.parts().get("seed-1")).isCloseTo((one - 0.5) / 2, within(1e-4));
      assertThat(score.total()).isCloseTo(Math.min((one - 0.5) / 2, two), within(1e-4));
    }
  }

  private static double alone(List<Asked> asked, String name) {
    try (Reward reward = new Scorer.Trained(run.model(), Optional.of(adapter(name))).open("cpu")) {
      return reward.of(asked).get(0).total();
    }
  }

  private static void refused(String line, String... args) {
    Said said = luthier(args);
    assertThat(said.err()).contains(line);
    assertThat(said.err().lines()).hasSize(1);
    assertThat(said.code()).isEqualTo(2);
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    String file = write("wrong.jsonl", 4, ScoreCommandTest::pair).toString();
    refused("Missing required option", "score", file);
    refused("gives no reward", "score", file, "--reward=" + run.model());
    refused(
        "two reward models are called seed-1; name them: --reward NAME=MODEL:ADAPTER",
        "score",
        file,
        reward("seed-1"),
        reward("seed-1"));
    refused(
        "there is no data file", "score", dir.resolve("none.jsonl").toString(), reward("seed-1"));
    refused(
        "--uncertainty must be >= 0, was -1", "score", file, reward("seed-1"), "--uncertainty=-1");
    refused(
        "there is no folder",
        "score",
        file,
        reward("seed-1"),
        "--out=" + dir.resolve("none/out.jsonl"));
    refused(
        "has a column \"prompt\" already; name the new one with --column NAME",
        "score",
        write("f.jsonl", 2, i -> Map.of("prompt", "a", "completion", "b", "label", i == 0))
            .toString(),
        reward("seed-1"),
        "--column=prompt",
        "--out=" + dir.resolve("out.jsonl"));
    String longer =
        write(
                "long.jsonl",
                1,
                i -> Map.of("prompt", "a ".repeat(900), "chosen", "b", "rejected", "c"))
            .toString();
    refused(
        "every row has an answer that is longer with its prompt than a model takes; the first is "
            + longer
            + " line 1",
        "score",
        longer,
        reward("seed-1"));
    Files.writeString(
        Path.of(longer),
        JSON.writeValueAsString(pair(1))
            + System.lineSeparator()
            + Files.readString(Path.of(longer)));
    assertThat(ok("score", longer, reward("seed-1")))
        .contains("1 of these are left out, with an answer that is longer")
        .contains("the first, " + longer + " line 2");
  }
}
