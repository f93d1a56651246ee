package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.TinyRun;
import dev.luthier.TinyTask;
import dev.luthier.io.Safetensors;
import dev.luthier.recipe.Training;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.train.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs of outcome-regularised ORPO: pairs of colours, of which red is the right one. */
class OutcomeRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;
  private TinyRun tiny;

  @BeforeEach
  void write() throws IOException {
    tiny = TinyRun.in(dir.resolve("tiny"));
    pairs("red", "blue");
  }

  /** 16 pairs to learn from; the 4 to measure on are labelled rightly, whatever those are. */
  private void pairs(String chosen, String rejected) throws IOException {
    Files.write(dir.resolve("train.jsonl"), lines(chosen, rejected, 0, 16));
    Files.write(dir.resolve("eval.jsonl"), lines("red", "blue", 16, 20));
  }

  private static List<String> lines(String chosen, String rejected, int from, int to)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("prompt", "Colour " + i + ": ");
      row.put("chosen", chosen);
      row.put("rejected", rejected);
      row.put("expected", "red");
      row.put("chosen_score", chosen.equals("red") ? 0.75 : 0.25);
      row.put("rejected_score", chosen.equals("red") ? 0.25 : 0.75);
      lines.add(JSON.writeValueAsString(row));
    }
    return lines;
  }

  private Path recipe(String keys) throws IOException {
    String text =
        """
        model: { path: %s/model, device: cpu }
        method: %s
        peft: { lora: { rank: 4, alpha: 8 } }
        data: { train: %s/train.jsonl, eval: %s/eval.jsonl }
        optim: { lr: 5e-3, batch: 8, max_steps: 3 }
        eval: { every: 3, generate: 0 }
        output: %s/out
        """
            .formatted(tiny.dir(), keys, dir, dir, dir);
    return Files.writeString(dir.resolve("recipe.yaml"), text);
  }

  private static String truth(String metric, String more) {
    return "{ outcome_orpo: { outcomes: { truth: { %s } } %s } }".formatted(metric, more);
  }

  private Said train(String method, String out, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of("train", recipe(method).toString(), "--output=" + dir.resolve(out)));
    args.addAll(List.of(more));
    return Said.luthier(args.toArray(String[]::new));
  }

  private String ok(String method, String out, String... more) throws IOException {
    Said said = train(method, out, more);
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    return said.out();
  }

  private List<Double> each(String out, String name) {
    return MetricsFile.read(dir.resolve(out).resolve("metrics.jsonl")).stream()
        .filter(line -> line.values().containsKey(name))
        .map(line -> line.values().get(name))
        .toList();
  }

  private double last(String out, String name) {
    List<Double> all = each(out, name);
    return all.get(all.size() - 1);
  }

  private void refused(String line, String method, String... more) throws IOException {
    Said said = train(method, "refused", more);
    assertThat(said.code()).as(said.out()).isEqualTo(2);
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
    assertThat(dir.resolve("refused")).doesNotExist();
  }

  /**
   * At the reference u = 0, and with a weight of 2 all g are 2: the margin gives ln(1 + e^2), the
   * weight 2 sigmoid(2) ln 2, the expectation ln 2 - 2 * 1/2. Under the column the gap is half of
   * it: ln(1 + e).
   */
  @ParameterizedTest
  @CsvSource({
    "exact_match, margin, 2.126928",
    "exact_match, weight, 1.221051",
    "exact_match, expectation, -0.306853",
    "column, margin, 1.313262",
    "{ regex: { pattern: r.d } }, margin, 2.126928"
  })
  void beginsAtTheReference(String scorer, String way, double first) throws IOException {
    String out = ok(truth("scorer: %s, weight: 2".formatted(scorer), ", way: " + way), "run");
    assertThat(each("run", "loss").get(0)).isCloseTo(first, within(2e-5));
    assertThat(each("run", "eval/loss").get(0)).isCloseTo(first, within(2e-5));
    assertThat(each("run", "eval/outcome_truth").get(0)).isCloseTo(0.5, within(1e-5));
    assertThat(last("run", "eval/outcome_truth")).isGreaterThan(0.5); // red is learnt
    assertThat(last("run", "eval/outcome")).isEqualTo(last("run", "eval/outcome_truth"));
    assertThat(last("run", "eval/accuracy")).isEqualTo(1);
    assertThat(out).contains("it disagrees with the raters on 0 of 16 pairs");
    assertThat(dir.resolve("run/reference.safetensors")).exists();
  }

  /** Without weight it is DPO, step by step; what is down is told as its scorer has it. */
  @Test
  void withoutWeightItIsTheLoss() throws IOException {
    ok(
        "{ outcome_orpo: { outcomes: { truth: { scorer: exact_match, weight: 0 }, blue: { scorer: {"
            + " regex: { pattern: blue } }, direction: down, weight: 0 } } } }",
        "joined");
    ok("dpo", "dpo");
    assertThat(each("joined", "loss")).isEqualTo(each("dpo", "loss"));
    assertThat(last("joined", "eval/outcome_blue"))
        .isCloseTo(1 - last("joined", "eval/outcome_truth"), within(1e-6));
    assertThat(last("joined", "outcome_blue"))
        .isCloseTo(1 - last("joined", "outcome_truth"), within(1e-6));
    assertThat(last("joined", "eval/outcome"))
        .isCloseTo(last("joined", "eval/outcome_truth"), within(1e-6));
  }

  /**
   * All raters are wrong. DPO learns their error, so that of the pairs that are labelled rightly it
   * prefers the wrong answer; the expected outcome beside it turns the pairs round.
   */
  @Test
  void ratersWhoAreWrong() throws IOException {
    pairs("blue", "red");
    String way = ", way: expectation";
    ok(truth("scorer: exact_match, weight: 0", way), "dpo");
    assertThat(last("dpo", "eval/accuracy")).isZero();
    assertThat(last("dpo", "eval/outcome_truth")).isLessThan(0.5);
    String out = ok(truth("scorer: exact_match, weight: 4", way), "joined");
    assertThat(last("joined", "eval/accuracy")).isEqualTo(1);
    assertThat(last("joined", "eval/outcome_truth")).isGreaterThan(0.5);
    assertThat(out).contains("it disagrees with the raters on 16 of 16 pairs");
  }

  /** E[o] begins at 1/2, so the second step has the multiplier 0.1 (0.9 - 0.5); it then grows. */
  @Test
  void aFloorThatIsMissed() throws IOException {
    pairs("blue", "red");
    String out = ok(truth("scorer: exact_match, floor: 0.9", ""), "run");
    List<Double> multipliers = each("run", "multiplier_truth");
    assertThat(multipliers.get(0)).isZero();
    assertThat(multipliers.get(1)).isCloseTo(0.04, within(1e-6));
    assertThat(multipliers.get(2)).isGreaterThan(0.07);
    assertThat(out).contains("below its floor of 0.9");
    ok(truth("scorer: exact_match, floor: 0.9", ""), "parts", "--optim.micro_batch=2");
    assertThat(last("parts", "multiplier_truth")).isCloseTo(multipliers.get(2), within(1e-5));
  }

  @Test
  void aBrokenRunEndsWithTheBytesOfAnUnbrokenOne() throws IOException {
    Path classifier = classifier();
    Path recipe =
        recipe(
            ("{ outcome_orpo: { outcomes: { truth: { scorer: exact_match, floor: 0.9 }, red: {"
                    + " scorer: { classifier: { model: %s, labels: [LABEL_0] } } } } } }")
                .formatted(classifier));
    String text = Files.readString(recipe);
    Files.writeString(
        recipe,
        text.replace("max_steps: 3", "max_steps: 8").replace("every: 3", "every: 2")
            + "checkpoint: { every: 2 }\n");
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(recipe, whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(5, notes).train(recipe, broken, Training.Start.NEW)).isFalse();
    Files.delete(classifier.resolve("model.safetensors")); // what it said is kept
    assertThat(new Breaks(-1, notes).train(recipe, broken, Training.Start.RESUME)).isTrue();
    String file = "adapter/adapter_model.safetensors";
    assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    assertThat(last("broken", "multiplier_truth")).isEqualTo(last("whole", "multiplier_truth"));
  }

  /** A classifier of words, as it comes: 16 words, two layers, three classes. */
  private Path classifier() {
    return TinyTask.in(dir.resolve("words"), "bert_cls", "classify", (words, i) -> Map.of())
        .dir()
        .resolve("model");
  }

  private float[] scores(String out, String metric) {
    try (Scope scope = new Scope();
        Safetensors saved = Safetensors.open(dir.resolve(out).resolve("outcomes.safetensors"))) {
      return Ops.toFloats(saved.tensor(metric));
    }
  }

  /** The classifier reads the answer alone; all its classes together are certain. */
  @Test
  void classifiers() throws IOException {
    Path model = classifier();
    JsonNode labels = Golden.json(model.resolve("config.json")).path("id2label");
    int count = labels.size();
    assertThat(count).isGreaterThan(1);
    String said = Said.ok("classify", model.toString(), "--text", "red").strip();
    String best = said.split("\\s+")[0];
    ok(
        ("{ outcome_orpo: { outcomes: { best: { scorer: { classifier: { model: %s, labels: [%s] } }"
                + " }, all: { scorer: { classifier: { model: %s, labels: %s } } } } } }")
            .formatted(
                model,
                best,
                model,
                IntStream.range(0, count).mapToObj(i -> labels.path("" + i).asText()).toList()),
        "run",
        "--eval.generate=2",
        "--eval.max_new_tokens=4");
    float[] own = scores("run", "best");
    assertThat(own).hasSize(40);
    assertThat(own[0]).isCloseTo(Float.parseFloat(said.split("\\s+")[1]), within(1e-3f));
    assertThat(own[2]).isEqualTo(own[0]); // the next row's prompt is another
    assertThat(scores("run", "all")[7]).isCloseTo(1, within(1e-5f));
    assertThat(last("run", "eval/written_best")).isBetween(0.0, 1.0);
    refused(
        "apart, not \"green\"",
        truth("scorer: { classifier: { model: %s, labels: [green] } }".formatted(model), ""));
    refused(
        "tells no classes apart",
        truth("scorer: { classifier: { model: %s, labels: [a] } }".formatted(tiny.model()), ""));
  }

  /** A reward r becomes sigmoid(r). */
  @Test
  void rewardModels() throws IOException {
    Path model = Files.createDirectories(dir.resolve("reward"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Golden.SHIPPED.resolve("llama_reward/model").resolve(name), model.resolve(name));
    }
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(tiny.model().resolve(name), model.resolve(name));
    }
    ok(truth("scorer: { reward_model: { model: %s } }".formatted(model), ""), "run");
    String said =
        Said.ok(
            "classify",
            model.toString(),
            "--text",
            "Colour 0: ",
            "--choice",
            "red",
            "--choice",
            "blue");
    double red = Double.parseDouble(said.replaceAll("(?s).*red (-?[\\d.]+), blue.*", "$1"));
    assertThat(scores("run", "truth")[0])
        .isCloseTo((float) (1 / (1 + Math.exp(-red))), within(1e-3f));
    refused(
        "gives no reward",
        truth("scorer: { reward_model: { model: %s } }".formatted(tiny.model()), ""));
  }

  /** The columns of a ranking reach the pairs that are made of it. */
  @Test
  void rankings() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lines.add(
          JSON.writeValueAsString(
              Map.of(
                  "prompt",
                  "Colour " + i + ": ",
                  "answers",
                  List.of("green", "red", "blue"),
                  "ranks",
                  List.of(1, 2, 3),
                  "expected",
                  "red")));
    }
    Files.write(dir.resolve("train.jsonl"), lines.subList(0, 16));
    Files.write(dir.resolve("eval.jsonl"), lines.subList(16, 20));
    String out = ok(truth("scorer: exact_match", ""), "run");
    assertThat(out).contains("it disagrees with the raters on 16 of 48 pairs"); // green over red
    assertThat(scores("run", "truth")).startsWith(0, 1, 0, 0, 1, 0);
  }

  @Test
  void refusals() throws IOException {
    refused(
        "train.jsonl line 1: exact_match finds no expected answer in column \"gold\"; columns are",
        truth("scorer: { exact_match: { column: gold } }", ""));
    refused(
        "train.jsonl line 1: column finds 0.75 in column \"chosen_score\", which is not from 0.0 to",
        truth("scorer: { column: { high: 0.5 } }", ""));
    refused("nowhere", truth("scorer: { classifier: { model: nowhere, labels: [a] } }", ""));
    refused(
        "method.outcome_orpo.reference is adapters_off, but peft is full",
        truth("scorer: exact_match", ", reference: adapters_off"),
        "--peft=full");
    Said check =
        Said.luthier(
            "data",
            "check",
            recipe(truth("scorer: { exact_match: { column: x } }", "")).toString());
    assertThat(check.err()).contains("exact_match finds no expected answer in column \"x\"");
    Said.ok("estimate", recipe(truth("scorer: exact_match", "")).toString());
  }

  @Test
  void references() throws IOException {
    String metric = "scorer: exact_match, weight: 2";
    ok(truth(metric, ""), "cached");
    ok(truth(metric, ", reference: adapters_off"), "off");
    ok(truth(metric, ", loss: simpo"), "none");
    assertThat(last("off", "loss")).isCloseTo(last("cached", "loss"), within(1e-5));
    assertThat(dir.resolve("none/reference.safetensors")).doesNotExist();
    assertThat(last("cached", "loss")).isLessThan(each("cached", "loss").get(0) - 1e-3);
  }
}
