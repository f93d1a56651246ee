package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.TinyRun;
import dev.luthier.TinyTask;
import dev.luthier.recipe.Training;
import dev.luthier.train.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reward models from their recipe to what they say of answers. */
class RewardRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;

  private static String ok(String... args) {
    Said said = luthier(args);
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    return said.out();
  }

  /** The small decoder on pairs: the answer is better than the same with its words turned. */
  private TinyRun decoder() throws IOException {
    TinyRun run = TinyRun.in(dir);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      String good = "yes " + i;
      String bad = "no " + i;
      lines.add(
          JSON.writeValueAsString(
              Map.of("prompt", "Well " + i + "? ", "chosen", good, "rejected", bad)));
    }
    Files.write(dir.resolve("train.jsonl"), lines);
    Files.writeString(
        run.recipe(), Files.readString(run.recipe()).replaceFirst("method: sft", "method: reward"));
    return run;
  }

  private static double last(Path out, String name) {
    List<MetricsFile.Line> lines = MetricsFile.read(out.resolve("metrics.jsonl"));
    return lines.stream()
        .flatMap(line -> line.values().entrySet().stream())
        .filter(e -> e.getKey().equals(name))
        .reduce((a, b) -> b)
        .orElseThrow()
        .getValue();
  }

  @Test
  void pairs() throws IOException {
    TinyRun run = decoder();
    String out = ok("train", run.recipe().toString(), "--eval.metric=accuracy");
    assertThat(last(run.out(), "eval/accuracy")).isEqualTo(1);
    assertThat(last(run.out(), "eval/chance")).isEqualTo(0.5);
    assertThat(last(run.out(), "eval/length_alone")).isEqualTo(1); // "yes" is longer by a letter
    assertThat(last(run.out(), "eval/accuracy_low")).isBetween(0.6, 0.8); // 10 of 10
    Path adapter = run.out().resolve("adapter");
    String voice = run.model() + " --adapter " + adapter;
    assertThat(out)
        .contains("classify " + voice + " --text PROMPT --choice ANSWER --choice ANSWER");
    assertThat(Golden.json(adapter.resolve("adapter_config.json")).path("task_type").asText())
        .isEqualTo("SEQ_CLS");
    assertThat(Golden.json(adapter.resolve("config.json")).path("id2label").toString())
        .isEqualTo("{\"0\":\"LABEL_0\"}");
    String[] asked = {"--text", "Well 50? ", "--choice", "no 50", "--choice", "yes 50"};
    List<String> args = new ArrayList<>(List.of("classify"));
    args.addAll(List.of(voice.split(" ")));
    args.addAll(List.of(asked));
    String said = ok(args.toArray(String[]::new));
    assertThat(said)
        .matches("yes 50  -?\\d\\.\\d+  \\(no 50 -?\\d\\.\\d+, yes 50 -?\\d\\.\\d+\\)\\R");
    assertThat(Files.readString(run.out().resolve("report.html"))).contains("1 &gt; 2");
    Path merged = dir.resolve("merged");
    ok("adapter", "merge", run.model().toString(), adapter.toString(), merged.toString());
    assertThat(ok("classify", merged.toString(), "--text", "Well 50? ")).matches("-?\\d\\.\\d+\\R");
  }

  @Test
  void goesOnToTheSameBytes() throws IOException {
    TinyRun run = decoder();
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(17, notes).train(run.recipe(), broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(-1, notes).train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    for (String name : List.of("adapter_model.safetensors", "config.json")) {
      assertThat(broken.resolve("adapter").resolve(name))
          .hasSameBinaryContentAs(whole.resolve("adapter").resolve(name));
    }
  }

  /** An encoder reads between its own marks and scores the first; all weights learn. */
  @Test
  void encoder() {
    TinyTask task =
        TinyTask.in(
            dir,
            "bert_mlm",
            "{ reward: { loss: plackett_luce } }",
            (words, i) ->
                Map.of(
                    "prompt",
                    words.get(1),
                    "answers",
                    List.of(" green", " red", " blue"),
                    "ranks",
                    List.of(2, 1, 3)));
    ok("train", task.recipe().toString());
    assertThat(last(task.out(), "eval/accuracy")).isEqualTo(1);
    assertThat(last(task.out(), "eval/chance")).isEqualTo(1.0 / 3);
    String model = task.out().resolve("model").toString();
    assertThat(ok("classify", model, "--text", "river", "--choice", " blue", "--choice", " red"))
        .startsWith("red  ");
  }

  @Test
  void grades() throws IOException {
    TinyRun run = decoder();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      boolean yes = i % 2 == 0;
      lines.add(
          JSON.writeValueAsString(
              Map.of(
                  "prompt", "Well " + i + "? ",
                  "completion", yes ? "yes" : "no",
                  "score", yes ? 1 : -1)));
    }
    Files.write(dir.resolve("train.jsonl"), lines);
    ok("train", run.recipe().toString(), "--method.reward.loss=regression");
    assertThat(last(run.out(), "eval/pearson")).isGreaterThan(0.9);
    assertThat(last(run.out(), "eval/mse")).isLessThan(0.3);
  }

  private void refused(TinyRun run, String row, String loss, String line) throws IOException {
    Files.writeString(dir.resolve("train.jsonl"), (row + "\n").repeat(3));
    Said said = luthier("train", run.recipe().toString(), "--method.reward.loss=" + loss);
    assertThat(said.err()).contains(line);
    assertThat(said.code()).isEqualTo(2);
    assertThat(run.out()).doesNotExist();
  }

  @Test
  void wrongRows() throws IOException {
    TinyRun run = decoder();
    refused(
        run,
        "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true}",
        "bradley_terry",
        "train.jsonl line 1 has one answer with a label (2 of 2 rows are so): this method compares"
            + " answers: give chosen and rejected");
    refused(
        run,
        "{\"prompt\": \"a\", \"answers\": [\"b\", \"c\", \"d\"], \"ranks\": [1, 2, 2]}",
        "plackett_luce",
        "train.jsonl line 1 has a ranking of 3 answers with ties (2 of 2 rows are so): this method"
            + " needs an order of all answers: give each a rank of its own");
    refused(
        run,
        "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}",
        "regression",
        "train.jsonl line 1 has a pair of answers (2 of 2 rows are so): this method learns from"
            + " grades: give completion and score");
    refused(
        run,
        "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}",
        "{ bradley_terry: { centering: -1 } }",
        "bradley_terry.centering must be >= 0");
  }
}
