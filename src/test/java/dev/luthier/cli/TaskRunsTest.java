package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.TinyTask;
import dev.luthier.recipe.Training;
import dev.luthier.train.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method for texts from its recipe to its result, on rows of a colour and two things. */
class TaskRunsTest {
  @TempDir Path dir;

  private static String trained(TinyTask task, String... overrides) {
    List<String> args = new ArrayList<>(List.of("train", task.recipe().toString()));
    args.addAll(List.of(overrides));
    Said said = luthier(args.toArray(String[]::new));
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    return said.out();
  }

  /** What the run measured before the first step and at the end, by its name. */
  private static Map<String, List<Double>> measured(TinyTask task) {
    Map<String, List<Double>> out = new LinkedHashMap<>();
    for (MetricsFile.Line line : MetricsFile.read(task.out().resolve("metrics.jsonl"))) {
      line.values()
          .forEach(
              (name, value) -> {
                if (name.startsWith("eval/")) {
                  out.computeIfAbsent(name.substring(5), n -> new ArrayList<>()).add(value);
                }
              });
    }
    return out;
  }

  private static double last(TinyTask task, String name) {
    List<Double> values = measured(task).get(name);
    return values.get(values.size() - 1);
  }

  private TinyTask classify() {
    return TinyTask.in(
        dir,
        "bert_mlm", // has neither pooler nor classifier
        "classify",
        (words, i) -> Map.of("text", String.join(" ", words), "label", words.get(0)));
  }

  private static String classified(String... more) {
    List<String> args = new ArrayList<>(List.of("classify"));
    args.addAll(List.of(more));
    args.addAll(List.of("--text", "blue chair river", "--text", "red horse horse"));
    Said said = luthier(args.toArray(String[]::new));
    assertThat(said.code()).as(said.err()).isZero();
    return said.out();
  }

  @Test
  void classes() throws IOException {
    TinyTask task = classify();
    String said = trained(task, "--eval.metric=matthews");
    assertThat(measured(task).keySet())
        .containsExactlyInAnyOrder("loss", "accuracy", "f1", "matthews");
    assertThat(last(task, "accuracy")).isEqualTo(1);
    assertThat(last(task, "matthews")).isCloseTo(1, within(1e-9));
    Path model = task.out().resolve("model");
    assertThat(said)
        .contains("new, drawn from seed 42: bert.pooler.dense.weight")
        .contains("next      ./luthier classify " + model + " --text TEXT");
    assertThat(Golden.json(model.resolve("config.json")).path("id2label").toString())
        .isEqualTo("{\"0\":\"blue\",\"1\":\"green\",\"2\":\"red\"}");
    assertThat(Files.readString(model.resolve("README.md")))
        .contains("pipeline_tag: text-classification");
    assertThat(classified(model.toString()))
        .matches("blue  [01]\\.\\d{3}\\R" + "red  [01]\\.\\d{3}\\R");
    assertThat(Files.readString(task.out().resolve("report.html"))).contains("red apple friend");
  }

  /** The adapter brings the new pooler and the labels along: a fresh process says the same. */
  @Test
  void classesWithAnAdapter() {
    TinyTask task = classify();
    trained(task, "--peft={lora: {rank: 4}}", "--optim.lr=1e-2");
    assertThat(last(task, "accuracy")).isEqualTo(1);
    Path adapter = task.out().resolve("adapter");
    assertThat(Golden.json(adapter.resolve("adapter_config.json")).path("modules_to_save"))
        .extracting(node -> node.asText())
        .containsExactly("bert.pooler.dense", "classifier", "score");
    String classes = classified(task.model().toString(), "--adapter", adapter.toString());
    assertThat(classes).matches("blue  [01]\\.\\d+\\R" + "red  [01]\\.\\d+\\R");
    Path merged = dir.resolve("merged");
    Said said =
        luthier("adapter", "merge", task.model().toString(), adapter.toString(), merged.toString());
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(classified(merged.toString())).isEqualTo(classes);
  }

  /** P-tuning v2: nothing can be merged, and the classifier answers all the same. */
  @Test
  void classesWithAPrefix() {
    TinyTask task = classify();
    trained(task, "--peft={prefix_tuning: {tokens: 4}}", "--optim.lr=3e-2");
    assertThat(last(task, "loss")).isLessThan(measured(task).get("loss").get(0));
    Path adapter = task.out().resolve("adapter");
    assertThat(classified(task.model().toString(), "--adapter", adapter.toString()))
        .matches("((blue|green|red)  [01]\\.\\d+\\R){2}");
    assertThat(luthier("adapter", "info", adapter.toString()).out())
        .containsPattern("method +prefix_tuning")
        .contains("prompt_embeddings [4, 256] float32");
  }

  /** A model with a head of its own for these labels goes on with it. */
  @Test
  void goesOnWithItsOwnHead() {
    TinyTask task = classify();
    trained(task);
    String again =
        trained(
            task,
            "--model=" + task.out().resolve("model"),
            "--output=" + dir + "/again",
            "--optim.max_steps=1");
    assertThat(again).doesNotContain("new, drawn").containsPattern("eval/loss +0\\.0");
  }

  @Test
  void numbers() {
    TinyTask task =
        TinyTask.in(
            dir,
            "bert_cls",
            "regress",
            (words, i) ->
                Map.of(
                    "text",
                    String.join(" ", words),
                    "score",
                    TinyTask.COLOURS.indexOf(words.get(0)) - 1));
    trained(task, "--eval.metric=pearson");
    assertThat(measured(task).keySet())
        .containsExactlyInAnyOrder("loss", "mse", "pearson", "spearman");
    assertThat(last(task, "pearson")).isGreaterThan(0.9);
    assertThat(last(task, "mse")).isCloseTo(last(task, "loss"), within(1e-6));
    assertThat(classified(task.out().resolve("model").toString()))
        .matches("(0\\.[6-9]|1\\.[0-4])\\d+\\R-(0\\.[6-9]|1\\.[0-4])\\d+\\R");
  }

  @Test
  void tags() {
    TinyTask task =
        TinyTask.in(
            dir,
            "bert_mlm",
            "tag",
            (words, i) ->
                Map.of(
                    "words",
                    words,
                    "tags",
                    List.of("B-" + words.get(0), "I-" + words.get(0), "O")));
    trained(task);
    assertThat(measured(task).keySet()).containsExactlyInAnyOrder("loss", "accuracy", "f1");
    assertThat(last(task, "f1")).isEqualTo(1);
    assertThat(classified(task.out().resolve("model").toString()).lines())
        .containsExactly("blue/B-blue chair/I-blue river/O", "red/B-red horse/I-red horse/O");
  }

  @Test
  void hiddenTokens() {
    TinyTask task = hidden();
    trained(task);
    assertThat(measured(task).keySet()).containsExactlyInAnyOrder("loss", "accuracy");
    List<Double> loss = measured(task).get("loss");
    assertThat(loss.get(loss.size() - 1)).isLessThan(loss.get(0));
  }

  private TinyTask hidden() {
    return TinyTask.in(
        dir, "bert_mlm", "mlm", (words, i) -> Map.of("text", String.join(" ", words)));
  }

  private TinyTask rewrite() {
    return TinyTask.in(
        dir,
        "t5",
        "{ seq2seq: { max_target: 4 } }",
        (words, i) -> Map.of("input", String.join(" ", words), "target", words.get(0)));
  }

  @Test
  void rewrites() {
    TinyTask task = rewrite();
    trained(task, "--eval.metric=rouge-l", "--optim.lr=1e-2");
    assertThat(measured(task).keySet())
        .containsExactlyInAnyOrder("loss", "accuracy", "rouge_l", "exact_match");
    assertThat(last(task, "exact_match")).isEqualTo(1);
    assertThat(last(task, "rouge_l")).isEqualTo(1);
  }

  /** 60 steps, 6 an epoch; a checkpoint every 5 and one at each best evaluation. */
  @ParameterizedTest
  @ValueSource(strings = {"classify", "mlm"})
  void goesOnToTheSameBytes(String method) throws IOException {
    TinyTask task = method.equals("mlm") ? hidden() : classify();
    Path unbroken = dir.resolve("unbroken");
    Breaks never = new Breaks(-1, new ArrayList<>());
    assertThat(never.train(task.recipe(), unbroken, Training.Start.NEW)).isTrue();
    Path broken = dir.resolve("broken");
    Breaks once = new Breaks(33, new ArrayList<>());
    assertThat(once.train(task.recipe(), broken, Training.Start.NEW)).isFalse();
    assertThat(never.train(task.recipe(), broken, Training.Start.RESUME)).isTrue();
    for (String name : List.of("model.safetensors", "config.json")) {
      assertThat(broken.resolve("model").resolve(name))
          .hasSameBinaryContentAs(unbroken.resolve("model").resolve(name));
    }
  }

  private static void refused(TinyTask task, String line, String... overrides) {
    List<String> args = new ArrayList<>(List.of("train", task.recipe().toString()));
    args.addAll(List.of(overrides));
    Said said = luthier(args.toArray(String[]::new));
    assertThat(said.err()).isEqualTo("error: " + line + System.lineSeparator());
    assertThat(said.code()).isEqualTo(2);
    assertThat(task.out()).doesNotExist();
  }

  @Test
  void wrongClasses() throws IOException {
    TinyTask task = classify();
    refused(
        task,
        "eval.metric is pearson, but this method measures loss, accuracy, f1, matthews",
        "--eval.metric=pearson");
    refused(
        task,
        "data.form is messages, but this method learns from labelled",
        "--data.form=messages");
    refused(
        task,
        dir
            + "/train.jsonl: none of 48 rows can be used; the first, "
            + dir
            + "/train.jsonl line 1: column \"label\" is a text; a number is needed",
        "--method=regress");
    Files.writeString(
        dir.resolve("other.jsonl"), "{\"text\": \"black house\", \"label\": \"black\"}\n");
    refused(
        task,
        dir
            + "/other.jsonl line 1: label \"black\" is none of the 3 labels that training has (blue,"
            + " green, red); 1 rows have such labels: add training rows for them, or remove these",
        "--data.eval=" + dir + "/other.jsonl");
  }

  @Test
  void wrongModels() {
    refused(
        hidden(),
        "masked language modelling needs a mask_token, which the model folder does not name",
        "--model=models/tiny-base");
    Said said = luthier("classify", dir + "/model", "--text", "red");
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err())
        .isEqualTo(
            "error: "
                + dir
                + "/model has no head that classifies; train one with the method classify, regress or"
                + " tag"
                + System.lineSeparator());
  }
}
