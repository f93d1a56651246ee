package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import dev.luthier.recipe.Training;
import dev.luthier.train.MetricsFile;
import dev.luthier.user.Compiled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of methods that learn from judged answers, by their recipes. */
class PreferenceRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MICRO = "--optim.micro_batch=2";
  private static final double LN2 = Math.log(2);

  @TempDir Path dir;
  private TinyRun tiny;
  private List<JsonNode> written; // prompts with completions

  @BeforeEach
  void write() throws IOException {
    tiny = TinyRun.in(dir.resolve("tiny"));
    written = new ArrayList<>();
    for (String line : Files.readAllLines(tiny.dir().resolve("train.jsonl"))) {
      written.add(JSON.readTree(line));
    }
    pairs(Map.of());
  }

  /** 16 pairs to learn from and 4 to measure on: of each, the worse answer is another prompt's. */
  private void pairs(Map<String, Object> more) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String chosen = written.get(i).path("completion").asText();
      Map<String, Object> row = new LinkedHashMap<>(more);
      row.put("prompt", written.get(i).path("prompt").asText());
      row.put("chosen", chosen);
      row.put("rejected", other(i, chosen));
      lines.add(JSON.writeValueAsString(row));
    }
    save(lines);
  }

  private String other(int row, String chosen) {
    return written.stream()
        .skip(row + 1L)
        .map(r -> r.path("completion").asText())
        .filter(text -> !text.equals(chosen))
        .findFirst()
        .orElseThrow();
  }

  /** The same number of single answers, every other one good. */
  private void labels() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String prompt = written.get(i).path("prompt").asText();
      String completion = written.get(i).path("completion").asText();
      lines.add(
          JSON.writeValueAsString(
              Map.of("prompt", prompt, "completion", completion, "label", i % 2 == 0)));
    }
    save(lines);
  }

  private void save(List<String> lines) throws IOException {
    Files.write(dir.resolve("train.jsonl"), lines.subList(0, 16));
    Files.write(dir.resolve("eval.jsonl"), lines.subList(16, 20));
  }

  private Path recipe(String method) throws IOException {
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
            .formatted(tiny.dir(), method, dir, dir, dir);
    return Files.writeString(dir.resolve("recipe.yaml"), text);
  }

  private Said train(String method, String out, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of("train", recipe(method).toString(), "--output=" + dir.resolve(out).toString()));
    args.addAll(List.of(more));
    return Said.luthier(args.toArray(String[]::new));
  }

  /** The loss of every step of a run that ends well. */
  private List<Double> losses(String method, String out, String... more) throws IOException {
    Said said = train(method, out, more);
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    return MetricsFile.read(dir.resolve(out).resolve("metrics.jsonl")).stream()
        .filter(line -> line.values().containsKey("loss"))
        .map(line -> line.values().get("loss"))
        .toList();
  }

  private Map<String, Double> evaluated(String out, long step) {
    return MetricsFile.read(dir.resolve(out).resolve("metrics.jsonl")).stream()
        .filter(line -> line.step() == step && line.values().containsKey("eval/loss"))
        .findFirst()
        .orElseThrow()
        .values();
  }

  private void refused(String line, String method, String... more) throws IOException {
    Said said = train(method, "refused", more);
    assertThat(said.code()).isNotZero();
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
    assertThat(dir.resolve("refused")).doesNotExist();
  }

  /**
   * At the reference all log-ratios are 0, so with beta 0.1 each loss is known: ln 2 for what is
   * logistic; 1 for the hinge; (1/2 / beta)^2 for ipo; twice that for sppo_hard; for exo_pair ln
   * 1/2 - (ln t + ln(1 - t)) / 2 with t = 0.001; for discopop half of ln 2 and half of 1.
   */
  @ParameterizedTest
  @CsvSource({
    "dpo, 0.693147",
    "hinge, 1",
    "ipo, 25",
    "exo_pair, 2.761230",
    "nca_pair, 1.386294",
    "robust, 0.693147",
    "bco_pair, 1.386294",
    "sppo_hard, 50",
    "aot, 0.693147",
    "aot_unpaired, 0.693147",
    "apo_zero, 1",
    "apo_down, 1",
    "discopop, 0.846574",
    "gpo, 0.693147",
    "'{ mixture: { losses: [dpo, hinge], weights: [1, 2] } }', 2.693147",
    "kto, 0.5",
    "bco, 0.693147"
  })
  void beginsAtTheReference(String method, double first) throws IOException {
    List<Double> losses = losses(method, "run");
    assertThat(losses).hasSize(3).allMatch(Double::isFinite);
    assertThat(losses.get(0)).isCloseTo(first, within(2e-5 * first));
    assertThat(evaluated("run", 0).get("eval/loss")).isCloseTo(first, within(2e-5 * first));
    assertMoved();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpo", "simpo", "alphapo", "orpo", "nll"})
  void needsNoReference(String method) throws IOException {
    assertThat(losses(method, "run")).hasSize(3).allMatch(Double::isFinite);
    assertThat(dir.resolve("run/reference.safetensors")).doesNotExist();
    assertMoved();
  }

  private void assertMoved() {
    assertThat(evaluated("run", 3).get("eval/loss"))
        .isNotEqualTo(evaluated("run", 0).get("eval/loss"));
  }

  @Test
  void referencesAreOne() throws IOException {
    List<Double> cached = losses("{ dpo: { beta: 0.5 } }", "cached");
    List<Double> off = losses("{ dpo: { beta: 0.5, reference: adapters_off } }", "off");
    List<Double> copy = losses("{ dpo: { beta: 0.5, reference: copy } }", "copy");
    List<Double> named =
        losses(
            "{ dpo: { beta: 0.5, reference: { copy: { model: %s } } } }".formatted(tiny.model()),
            "named");
    assertThat(cached.get(2)).isLessThan(LN2 - 1e-3);
    for (int i = 0; i < 3; i++) {
      assertThat(off.get(i)).isCloseTo(cached.get(i), within(1e-5));
      assertThat(copy.get(i)).isCloseTo(cached.get(i), within(1e-5));
      assertThat(named.get(i)).isEqualTo(copy.get(i));
    }
    String full = "--peft=full";
    List<Double> whole = losses("dpo", "whole", full, "--optim.lr=1e-3");
    List<Double> beside = losses("{ dpo: { reference: copy } }", "beside", full, "--optim.lr=1e-3");
    for (int i = 0; i < 3; i++) {
      assertThat(beside.get(i)).isCloseTo(whole.get(i), within(1e-5));
    }
  }

  @Test
  void referencesThatCannotBe() throws IOException {
    refused(
        "method.dpo.reference is adapters_off, but peft is full",
        "{ dpo: { reference: adapters_off } }",
        "--peft=full");
    refused(
        "has another vocabulary than model (4096 tokens, not 320)",
        "{ dpo: { reference: { copy: { model: models/tiny-base } } } }");
    refused("nowhere", "{ dpo: { reference: { copy: { model: nowhere } } } }");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpo", "bco", "kto", "{ dpo: { reference: adapters_off } }"})
  void aBrokenRunEndsWithTheBytesOfAnUnbrokenOne(String method) throws IOException {
    Path recipe = recipe(method);
    String text = Files.readString(recipe);
    Files.writeString(
        recipe,
        text.replace("max_steps: 3", "max_steps: 8")
                .replace("every: 3", "every: 2")
                .replace("alpha: 8", "alpha: 8, dropout: 0.1")
            + "checkpoint: { every: 2 }\n");
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(recipe, whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(5, notes).train(recipe, broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(-1, notes).train(recipe, broken, Training.Start.RESUME)).isTrue();
    String file = "adapter/adapter_model.safetensors";
    assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
  }

  /** The mean that bco measures from moves, and evaluations do not move it. */
  @Test
  void theRunningMeanIsThatOfSteps() throws IOException {
    List<Double> often = losses("bco", "often", "--eval.every=1");
    assertThat(often).isEqualTo(losses("bco", "seldom"));
  }

  @Test
  void microBatches() throws IOException {
    String fast = "--optim.batch=8";
    List<Double> whole = losses("dpo", "whole", fast);
    List<Double> parts = losses("dpo", "parts", fast, MICRO);
    for (int i = 0; i < 3; i++) {
      assertThat(parts.get(i)).isCloseTo(whole.get(i), within(1e-5));
    }
    refused("method.aot compares all pairs of a step", "aot", MICRO);
    assertThat(train("kto", "kto", MICRO).all()).contains("the mean of each 2 rows");
  }

  @Test
  void labelledRows() throws IOException {
    labels();
    assertThat(losses("kto", "kto").get(0)).isCloseTo(0.5, within(1e-5));
    assertThat(losses("gpo", "gpo").get(0)).isCloseTo(LN2, within(1e-5));
    assertThat(evaluated("gpo", 3)).containsKeys("eval/accuracy", "eval/signed_logp");
    refused("take a method that learns from labels (kto)", "dpo");
  }

  /** Three answers to each prompt, with what is said of them. */
  private void three(String column, List<?> said) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("prompt", written.get(i).path("prompt").asText());
      row.put("completions", List.of("first " + i, "second", "third"));
      row.put(column, said);
      lines.add(JSON.writeValueAsString(row));
    }
    save(lines);
  }

  /** At the reference f is ln 2 of every pair, and a ranking of three a guess among 3! = 6. */
  @Test
  void rankings() throws IOException {
    three("ranks", List.of(1, 2, 3));
    assertThat(losses("gpo", "pairs").get(0)).isCloseTo(LN2, within(1e-5));
    List<Double> whole = losses("{ gpo: { ranking: plackett_luce } }", "whole");
    assertThat(whole.get(0)).isCloseTo(Math.log(6), within(1e-5));
    assertThat(whole.get(2)).isLessThan(whole.get(0));
    assertThat(evaluated("whole", 0).get("eval/accuracy")).isCloseTo(1.0 / 3, within(1e-6));
    assertThat(evaluated("whole", 3).get("eval/margin")).isPositive();
    List<Double> parts = losses("{ gpo: { ranking: plackett_luce } }", "parts", MICRO);
    for (int i = 0; i < 3; i++) {
      assertThat(parts.get(i)).isCloseTo(whole.get(i), within(1e-5));
    }
    assertThat(losses("dpo", "apart").get(0)).isCloseTo(LN2, within(1e-5));
    refused("method.gpo.offset is about grades", "{ gpo: { offset: { alpha: 2 } } }");
    three("ranks", List.of(1, 2, 2));
    assertThat(losses("gpo", "tied").get(0)).isCloseTo(LN2, within(1e-5));
    refused(
        "train.jsonl line 1 has a ranking of 3 answers with ties (16 of 16 rows are so):"
            + " plackett_luce knows no ties",
        "{ gpo: { ranking: plackett_luce } }");
  }

  /** Grades 3, 2, 1 make offsets 1, 1 and 2 times alpha; at the reference f is ln(1 + e^offset). */
  @Test
  void grades() throws IOException {
    three("scores", List.of(2, 3, 1)); // in any order
    assertThat(losses("gpo", "gpo").get(0)).isCloseTo(graded(1), within(1e-5));
    assertThat(losses("{ gpo: { offset: { alpha: 0.5 } } }", "half").get(0))
        .isCloseTo(graded(0.5), within(1e-5));
    // taken apart into pairs, those of a step are drawn from all rows
    assertThat(losses("dpo", "apart").get(0))
        .isBetween(Math.log1p(Math.exp(1)), Math.log1p(Math.exp(2)));
    refused("method.gpo.ranking is plackett_luce", "{ gpo: { ranking: plackett_luce } }");
    refused(
        "method.mixture.losses: gpo.ranking and gpo.offset must be left out",
        "{ mixture: { losses: [{ gpo: { offset: { alpha: 2 } } }, nll], weights: [1, 1] } }");
    three("scores", List.of(2, 2, 2));
    refused("all answers of the row are equally good", "gpo");
  }

  private static double graded(double alpha) {
    return (2 * Math.log1p(Math.exp(alpha)) + Math.log1p(Math.exp(2 * alpha))) / 3;
  }

  /** Rankings and pairs with a margin in one run: each row counts as one. */
  @Test
  void rankingsBesidePairs() throws IOException {
    pairs(Map.of("margin", 1.5));
    Files.move(dir.resolve("train.jsonl"), dir.resolve("pairs.jsonl"));
    three("ranks", List.of(1, 2, 3));
    Files.write(
        dir.resolve("train.jsonl"),
        Files.readAllLines(dir.resolve("train.jsonl")).subList(0, 8)); // and 16 pairs
    String both = "--data.train=[%s/pairs.jsonl, %s/train.jsonl]".formatted(dir, dir);
    double first =
        losses("{ gpo: { ranking: plackett_luce } }", "both", both, "--optim.batch=24").get(0);
    assertThat(first)
        .isCloseTo((16 * Math.log1p(Math.exp(1.5)) + 8 * Math.log(6)) / 24, within(1e-5));
  }

  /** At the reference f(0 - Delta) of the logistic f is ln(1 + e^Delta). */
  @Test
  void marginsReachTheLoss() throws IOException {
    pairs(Map.of("margin", 1.5));
    assertThat(losses("dpo", "dpo").get(0)).isCloseTo(Math.log1p(Math.exp(1.5)), within(1e-5));
    refused("method.orpo has no place for margins, but", "orpo");
  }

  /** At the reference p is worth nothing to a logistic loss, but afterwards it is. */
  @Test
  void softLabelsReachTheLoss() throws IOException {
    List<Double> sure = losses("dpo", "sure");
    pairs(Map.of("probability", 0.7));
    List<Double> soft = losses("dpo", "soft");
    assertThat(soft.get(0)).isCloseTo(LN2, within(1e-5));
    assertThat(soft.get(2)).isGreaterThan(sure.get(2) + 1e-3);
    refused("method.aot has no place for soft labels, but", "aot");
    assertThat(train("kto", "labels").out()).contains("16 pairs say how sure");
  }

  /** (2 - u)^2 of the user's: 4 at the reference. */
  @Test
  void aFunctionOfTheUsers() throws IOException {
    String source =
        """
        import dev.luthier.tensor.Ops;
        import java.util.function.UnaryOperator;
        import org.bytedeco.pytorch.Tensor;

        public final class Mine implements UnaryOperator<Tensor> {
          @Override
          public Tensor apply(Tensor u) {
            return u.sub(Ops.scalar(2)).square();
          }
        }
        """;
    Path jar =
        Compiled.jar(dir.resolve("my.jar"), Compiled.classes(dir.resolve("classes"), source));
    String method = "{ gpo: { f: { java: { name: org.acme.Mine, jar: %s } } } }".formatted(jar);
    List<Double> losses = losses(method, "mine");
    assertThat(losses.get(0)).isCloseTo(4, within(1e-5));
    assertThat(losses.get(2)).isLessThan(4);
    refused(
        "f: java: org.acme.Mine: there is no such class on the class path; write { name:"
            + " org.acme.Mine, jar: my.jar }",
        "{ gpo: { f: { java: org.acme.Mine } } }");
  }

  @Test
  void plans() throws IOException {
    for (String method :
        List.of("dpo", "kto", "bco", "simpo", "aot", "{ dpo: { reference: copy } }")) {
      Path recipe = recipe(method);
      Said.ok("estimate", recipe.toString());
      Said.ok("estimate", recipe.toString(), "--fit=8GB");
    }
    long one = weights("dpo");
    assertThat(weights("{ dpo: { reference: copy } }")).isEqualTo(2 * one);
    assertThat(weights("{ simpo: { reference: copy } }")).isEqualTo(one); // it asks for none
    Said small = Said.luthier("estimate", recipe("aot").toString(), "--fit=1MB");
    assertThat(small.err()).startsWith("error: nothing fits in");
  }

  private long weights(String method) throws IOException {
    Said said = Said.luthier("estimate", recipe(method).toString(), "--json");
    return JSON.readTree(said.out()).path("bytes").path("weights").asLong();
  }
}
