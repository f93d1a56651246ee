package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.data.Form;
import dev.luthier.data.LossOn;
import dev.luthier.data.TooLong;
import dev.luthier.error.UserError;
import dev.luthier.peft.Dora;
import dev.luthier.peft.Full;
import dev.luthier.peft.Ia3;
import dev.luthier.peft.Lora;
import dev.luthier.peft.Targets;
import dev.luthier.peft.Together;
import dev.luthier.recipe.DataSpec.Source;
import dev.luthier.train.AdamW;
import dev.luthier.train.AdamW8bit;
import dev.luthier.train.Betas;
import dev.luthier.train.Every;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipesTest {
  private static final String PEFTS =
      String.join(", ", Schema.variants(dev.luthier.peft.Peft.class).keySet());

  /** The recipe that the design shows, as it stands there. */
  private static final String DESIGN =
      """
      model:  { path: models/tiny-base }
      method: { sft: {} }
      peft:   { lora: { rank: 8, alpha: 16, targets: all-linear } }
      data:   { train: data/tiny-chat/sft-train.jsonl, eval: data/tiny-chat/sft-eval.jsonl }
      optim:  { lr: 1e-3, batch: 16, epochs: 2 }
      output: runs/sft-lora
      """;

  /** The least that a recipe must say. */
  private static final String SHORT = "{model: m, method: sft, data: d.jsonl, output: o}";

  private static Recipe read(String text, String... overrides) {
    return Recipes.parse(text, "recipes/x.yaml", List.of(overrides), p -> p, Recipe.class);
  }

  private static void refused(String line, String text, String... overrides) {
    assertThatThrownBy(() -> read(text, overrides)).isInstanceOf(UserError.class).hasMessage(line);
  }

  @Test
  void readsTheRecipeOfTheDesign() {
    Recipe recipe = read(DESIGN);
    assertThat(recipe.model())
        .isEqualTo(new ModelSpec(Path.of("models/tiny-base"), "auto", ModelSpec.Precision.AUTO));
    assertThat(recipe.method()).isInstanceOf(Sft.class);
    assertThat(recipe.peft())
        .isEqualTo(
            new Lora(
                8,
                16,
                0,
                new Targets.AllLinear(),
                Map.of(),
                Map.of(),
                List.of(),
                false,
                List.of()));
    assertThat(recipe.optim().rate()).isEqualTo(0.001);
    assertThat(recipe.optim().batch()).isEqualTo(16);
    assertThat(recipe.optim().rowsAtOnce()).isEqualTo(16);
    assertThat(recipe.optim().epochs()).contains(2.0);
    assertThat(recipe.data().eval())
        .extracting(Source::path)
        .containsExactly(Path.of("data/tiny-chat/sft-eval.jsonl"));
    assertThat(recipe.output()).isEqualTo("runs/sft-lora");
  }

  @Test
  void fillsInTheDefaults() {
    Recipe recipe = read(SHORT);
    assertThat(recipe.peft()).isInstanceOf(Lora.class);
    assertThat(recipe.optim().lr()).isEmpty(); // it depends on the model
    assertThat(recipe.optim().epochs()).contains(3.0);
    assertThat(recipe.optim().schedule()).isEqualTo(new Schedule.Cosine(new Span.Share(0.03), 0));
    assertThat(recipe.eval().every()).isEqualTo(new Every.Epochs(1));
    assertThat(((Sft) recipe.method()).lossOn()).isEqualTo(LossOn.ASSISTANT);
    assertThat(recipe.seed()).isEqualTo(42);
    // max_steps alone decides the length where no epochs are asked for
    assertThat(read(SHORT, "--optim.max_steps=7").optim().epochs()).isEmpty();
  }

  @Test
  void readsSourcesInEveryForm() {
    Recipe recipe =
        read(
            """
            model: { path: m }
            method: { sft: { loss_on: completion, max-length: 64, packing: best-fit } }
            data:
              form: alpaca
              columns: { instruction: question }
              train:
                - a.jsonl
                - { path: b.csv, weight: 2, limit: 10, form: text, columns: { text: body } }
            output: o
            """);
    assertThat(recipe.data().train())
        .containsExactly(
            new Source(
                Path.of("a.jsonl"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Form.ALPACA),
                Map.of("instruction", "question")),
            new Source(
                Path.of("b.csv"),
                Optional.of(2.0),
                Optional.of(10),
                Optional.of(Form.TEXT),
                Map.of("instruction", "question", "text", "body")));
    assertThat(recipe.method())
        .isEqualTo(
            new Sft(LossOn.COMPLETION, Optional.of(64), TooLong.RAISE, Sft.Packing.BEST_FIT));
  }

  @Test
  void readsTargetsSpansAndTimes() {
    assertThat(lora("--peft.lora.targets=[q_proj, v_proj]").targets())
        .isEqualTo(new Targets.Names(List.of("q_proj", "v_proj")));
    assertThat(lora("--peft.lora.targets=.*_proj").targets())
        .isEqualTo(new Targets.Regex(".*_proj"));
    assertThat(lora("--peft.lora.rank_pattern={q_proj: 4}").rankPattern())
        .isEqualTo(Map.of("q_proj", 4));
    assertThat(read(SHORT, "--optim.schedule={wsd: {warmup: 10, decay: 0.5}}").optim().schedule())
        .isEqualTo(new Schedule.Wsd(new Span.Steps(10), new Span.Share(0.5), 0));
    assertThat(read(SHORT, "--eval.every=100").eval().every()).isEqualTo(new Every.Steps(100));
    assertThat(read(SHORT, "--eval.every=2 epochs").eval().every()).isEqualTo(new Every.Epochs(2));
  }

  private static Lora lora(String override) {
    return (Lora) read(SHORT, override).peft();
  }

  @ParameterizedTest
  @CsvSource({"1e-3,0.001", "1E-3,0.001", "2,2", "5.0e-05,0.00005", ".5,0.5", "1e2,100"})
  void numbersAreNumbersHoweverTheyAreWritten(String text, double value) {
    assertThat(read(SHORT, "--optim.lr=" + text).optim().rate()).isEqualTo(value);
  }

  @Test
  void refusesUnknownKeysAndNamesTheNearest() {
    refused(
        "recipes/x.yaml: unknown key optim.leraning_rate; did you mean optim.lr?",
        DESIGN.replace("lr:", "leraning_rate:"));
    refused(
        "recipes/x.yaml: unknown key optim.epoch; did you mean optim.epochs?",
        DESIGN.replace("epochs:", "epoch:"));
    refused(
        "recipes/x.yaml: unknown key peft.lora.r; did you mean peft.lora.rank?",
        DESIGN.replace("rank:", "r:"));
    refused(
        "recipes/x.yaml: unknown key learning_rate; did you mean optim.lr?",
        DESIGN + "learning_rate: 1");
    refused(
        "recipes/x.yaml: unknown key peft.lorra; did you mean peft.lora?",
        DESIGN.replace("lora: {", "lorra: {"));
    refused(
        "recipes/x.yaml: unknown key model.colour; model has path, device, dtype, quantize",
        DESIGN.replace("path: m", "colour: red, path: m"));
    refused(
        "recipes/x.yaml: unknown key zzz; a recipe has model, method, peft, adapter, data, optim, memory,"
            + " eval, checkpoint, output, seed",
        DESIGN + "zzz: 1");
    refused(
        "recipes/x.yaml: unknown key peft.full.rank; did you mean peft.lora.rank?",
        DESIGN.replace("lora: { rank: 8, alpha: 16, targets: all-linear }", "full: { rank: 8 }"));
  }

  @Test
  void refusesMissingKeys() {
    refused(
        "recipes/x.yaml: missing key output (The run's directory, made by the run)",
        DESIGN.replace("output: runs/sft-lora", ""));
    refused(
        "recipes/x.yaml: missing key data.train (The training rows: one source, or a list of"
            + " sources)",
        DESIGN.replace("train: data/tiny-chat/sft-train.jsonl, ", ""));
    refused(
        "recipes/x.yaml: missing key data.train[0].path (A file, folder or glob: JSON, JSON lines,"
            + " CSV, Parquet or plain text, as it is or gzipped)",
        DESIGN.replace("train: data/tiny-chat/sft-train.jsonl", "train: [{ weight: 1 }]"));
  }

  @Test
  void refusesValuesOfTheWrongKind() {
    refused(
        "recipes/x.yaml: optim.lr must be a number, was \"fast\"", DESIGN.replace("1e-3", "fast"));
    refused(
        "recipes/x.yaml: optim.lr must be a number, was \"1e-3\"",
        DESIGN.replace("1e-3", "'1e-3'"));
    refused(
        "recipes/x.yaml: optim.lr must be a number, was .nan".replace(".nan", "NaN"),
        DESIGN.replace("1e-3", ".nan"));
    refused(
        "recipes/x.yaml: optim.batch must be a whole number, was 1.5",
        DESIGN.replace("batch: 16", "batch: 1.5"));
    refused(
        "recipes/x.yaml: optim.batch must be a whole number up to 2147483647, was 3000000000",
        DESIGN.replace("batch: 16", "batch: 3000000000"));
    refused(
        "recipes/x.yaml: optim.batch must be a whole number, was empty",
        DESIGN.replace("batch: 16", "batch: "));
    refused(
        "recipes/x.yaml: optim must be a map of keys, was 3",
        DESIGN.replaceAll("optim: .*", "optim: 3"));
    refused(
        "recipes/x.yaml: output must be text, was 5; put it in quotes",
        DESIGN.replace("runs/sft-lora", "5"));
    refused(
        "recipes/x.yaml: data.eval must be a list, was empty; write [] for none",
        DESIGN.replace("data/tiny-chat/sft-eval.jsonl", ""));
    refused(
        "--method.sft.loss_on=asistant: method.sft.loss_on must be one of assistant, last,"
            + " completion, all, was \"asistant\"; did you mean assistant?",
        DESIGN,
        "--method.sft.loss_on=asistant");
    refused(
        "--data.shuffle=yes: data.shuffle must be true or false, was \"yes\"",
        DESIGN,
        "--data.shuffle=yes");
    refused(
        "--eval.every=often: eval.every must be a number of steps, epoch, \"2 epochs\" or never, was"
            + " \"often\"",
        DESIGN,
        "--eval.every=often");
    refused(
        "--optim.schedule.linear.warmup=1.5: optim.schedule.linear.warmup must be a number of steps,"
            + " or a share such as 3% or 0.03, was 1.5",
        SHORT, "--optim.schedule=linear", "--optim.schedule.linear.warmup=1.5");
  }

  @Test
  void severalMethodsAreAList() {
    String both = "[{lora: {rank: 8, form: dora, start: pissa}}, ia3]";
    Recipe recipe = read(DESIGN.replaceAll("peft: .*", "peft: { together: %s }".formatted(both)));
    Together together = (Together) recipe.peft();
    assertThat(together.methods()).hasSize(2).element(1).isEqualTo(Ia3.usual());
    assertThat(((Lora) together.methods().get(0)).form()).isEqualTo(new Dora());
    assertThat(recipe.optim().rate()).isEqualTo(1e-3);
    assertThat(read(Recipes.print(recipe))).isEqualTo(recipe);
    refused(
        "recipes/x.yaml: together must have two methods or more, was 1",
        DESIGN.replaceAll("peft: .*", "peft: { together: lora }"));
    assertThatThrownBy(
            () -> read(DESIGN.replaceAll("peft: .*", "peft: { together: [{lora: {rang: 8}}] }")))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("recipes/x.yaml: unknown key peft.together[0].lora.rang; ");
  }

  @Test
  void refusesVariantsThatAreNotExactlyOne() {
    refused(
        "recipes/x.yaml: peft must be exactly one of " + PEFTS + ", was lora and full",
        DESIGN
            .replace("peft:   { ", "peft:   { full: {}, ")
            .replace(
                "full: {}, lora: { rank: 8, alpha: 16, targets: all-linear }",
                "lora: {}, full: {}"));
    refused(
        "recipes/x.yaml: peft must be exactly one of " + PEFTS + ", was empty",
        DESIGN.replaceAll("peft: .*", "peft: {}"));
    refused(
        "recipes/x.yaml: peft must be one of " + PEFTS + ", was 3",
        DESIGN.replaceAll("peft: .*", "peft: 3"));
  }

  @Test
  void putsTheFileBeforeWhatARecordRefuses() {
    refused("recipes/x.yaml: lora.rank must be >= 1, was 0", DESIGN.replace("rank: 8", "rank: 0"));
    refused("recipes/x.yaml: optim.lr must be > 0, was -0.001", DESIGN.replace("1e-3", "-1e-3"));
    refused("--peft.lora.rank=-1: lora.rank must be >= 1, was -1", DESIGN, "--peft.lora.rank=-1");
    refused(
        "recipes/x.yaml: lora.rank must be >= 1, was 0",
        DESIGN.replace("rank: 8", "rank: 0"),
        "--peft.lora.alpha=4");
    refused(
        "--optim.micro_batch=32: optim.micro_batch must be at most optim.batch (16), was 32",
        DESIGN,
        "--optim.micro_batch=32");
    refused(
        "--data.holdout=0.1: data.eval and data.holdout exclude each other; remove one of them"
            .replace("--data.holdout=0.1", "recipes/x.yaml"),
        DESIGN,
        "--data.holdout=0.1");
    refused(
        "--model.device=gpu: model.device must be auto, cpu, cuda or cuda:N, was gpu",
        DESIGN,
        "--model.device=gpu");
  }

  @Test
  void refusesWhatIsNotYaml() {
    refused(
        "recipes/x.yaml: line 2, column 1: not YAML: expected ',' or '}', but got <stream end> while"
            + " parsing a flow mapping",
        "model: { path: x\n");
    refused(
        "recipes/x.yaml: line 3, column 3: not YAML: key b is written twice while constructing a"
            + " mapping",
        "a:\n  b: 1\n  b: 2\n");
    refused("recipes/x.yaml: the recipe is empty", "# nothing\n");
    refused("recipes/x.yaml: a recipe must be a map of keys, was a list [1, 2]", "[1, 2]");
    refused(
        "recipes/x.yaml: optim.max_steps is written twice, as max_steps and max-steps",
        DESIGN.replace("epochs: 2", "max_steps: 2, max-steps: 3"));
  }

  @Test
  void overridesReplaceOneValue() {
    Recipe recipe =
        read(
            DESIGN,
            "--optim.lr=5e-4",
            "--method.sft.max-length=32",
            "--data.train.limit=5",
            "--eval.patience=2",
            "--eval.patience=null");
    assertThat(recipe.optim().rate()).isEqualTo(5e-4);
    assertThat(((Sft) recipe.method()).maxLength()).contains(32);
    assertThat(recipe.data().train().get(0).limit()).contains(5);
    assertThat(recipe.eval().patience()).isEmpty();
    assertThat(read(DESIGN, "--peft={full: {}}").peft()).isEqualTo(new Full());
    assertThat(read(SHORT, "--model.device=cpu").model())
        .isEqualTo(new ModelSpec(Path.of("m"), "cpu", ModelSpec.Precision.AUTO));
    assertThat(read(SHORT, "--data.train=[a, b]", "--data.train.1=c").data().train())
        .extracting(Source::path)
        .containsExactly(Path.of("a"), Path.of("c"));
  }

  @Test
  void refusesOverridesLikeTheFile() {
    refused(
        "--optim.leraning_rate=1: unknown key optim.leraning_rate; did you mean optim.lr?",
        DESIGN,
        "--optim.leraning_rate=1");
    refused(
        "--optim.lr=[1: line 1, column 3: not YAML: expected ',' or ']', but got <stream end> while parsing a flow sequence",
        DESIGN,
        "--optim.lr=[1");
    refused(
        "--output.x=1: output is \"runs/sft-lora\" in the recipe; override it as a whole",
        DESIGN,
        "--output.x=1");
    refused(
        "--data.train.2=x: that list has 1 elements, counted from 0",
        DESIGN.replace("data/tiny-chat/sft-train.jsonl", "[a]"),
        "--data.train.2=x");
    refused(
        "--optim.=1: an override of the recipe is written --key.path=value", DESIGN, "--optim.=1");
  }

  @Test
  void optimizersHaveTheNamesOfTheField() {
    assertThat(read(SHORT).optim().optimizer())
        .isEqualTo(new AdamW(0.01, new Betas(0.9, 0.999), 1e-8, false, List.of()));
    assertThat(read(SHORT, "--optim.optimizer=adamw_8bit").optim().optimizer())
        .isEqualTo(new AdamW8bit(0.01, new Betas(0.9, 0.999), 1e-8, false, List.of()));
    refused(
        "recipes/x.yaml: unknown key optim.adamw; did you mean optim.optimizer.adamw?",
        SHORT,
        "--optim.adamw.eps=1");
    refused(
        "--optim.optimizer=paged_adamw_8bit: unknown key optim.optimizer.paged_adamw_8bit; did you"
            + " mean optim.optimizer.adamw_8bit.paged?",
        SHORT,
        "--optim.optimizer=paged_adamw_8bit");
    refused(
        "--optim.optimizer=adamw_torch: unknown key optim.optimizer.adamw_torch; did you mean"
            + " optim.optimizer.adamw?",
        SHORT,
        "--optim.optimizer=adamw_torch");
    refused(
        "--optim.optimizer.adamw.betas=0.9: optim.optimizer.adamw.betas must be two numbers from 0 to"
            + " below 1, was 0.9",
        SHORT,
        "--optim.optimizer.adamw.betas=0.9");
  }

  @Test
  void theUsualRateIsThatOfTheOptimizer() {
    OptimSpec lion = read(SHORT, "--optim.optimizer=lion").optim();
    assertThat(lion.withRate(2e-4).rate()).isEqualTo(4e-5); // a fifth of Adam's
    assertThat(
            read(SHORT, "--optim.optimizer=lion", "--optim.lr=1e-3").optim().withRate(2e-4).rate())
        .isEqualTo(1e-3);
    String finds = "--optim.optimizer={adafactor: {relative_step: true}}";
    OptimSpec relative = read(SHORT, finds).optim();
    assertThat(relative.withRate(2e-4)).isEqualTo(relative);
    assertThat(relative.rate()).isEqualTo(1);
    refused(
        "--optim.lr=1e-3: optim.lr is set, but the optimizer finds its rate; leave one of them out",
        SHORT,
        finds,
        "--optim.lr=1e-3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--seed=7",
        "--peft=full",
        "--peft.lora={targets: [a, b], rank_pattern: {x.y: 3}, alpha_pattern: {'1': 0.1}, layers: [0, 1], rslora: true, save: [lm_head]}",
        "--peft.lora.targets='(q|v)_proj'",
        "--optim.schedule={wsd: {warmup: 0%, decay: 100%, min_lr: 1e-9}}",
        "--optim.schedule={constant: {warmup: 0.0}}",
        "--optim.optimizer={adamw: {weight_decay: 0.1, betas: [0.9, 0.95], groups: [lora_B, {match: x, lr: 1e-20}]}}",
        "--optim.optimizer=adamw-8bit",
        "--optim.optimizer={lion: {betas: [0, 0.5], groups: [{match: x, weight_decay: 0}]}}",
        "--optim.optimizer={adafactor: {beta1: 0.9, eps: [0, 0.1], scale_parameter: true}}",
        "--optim.optimizer={sgd: {momentum: 0.5, nesterov: true}}",
        "--eval={every: never, metric: exact-match, patience: 3}",
        "--checkpoint.every=3 epochs",
        "--data.columns={prompt: 'true', completion: '12', text: '~'}",
        "--output='1e-3'",
        "--optim.lr=123456789012345680000",
        "--optim.max_steps=9223372036854775807"
      })
  void whatIsPrintedReadsBackAsTheSameRecord(String override) {
    Recipe recipe = read(DESIGN, override);
    assertThat(read(Recipes.print(recipe))).isEqualTo(recipe);
  }

  @Test
  void printsEveryDefault() {
    Recipe recipe;
    try (ModelFolder folder = ModelFolder.open(Path.of("models/tiny-base"))) {
      recipe = read(SHORT).forModel(folder.config());
    }
    assertThat(Recipes.print(recipe))
        .startsWith(
            "model:\n  path: m\n  device: auto\n  dtype: auto\n  quantize:\n    none: {}\n"
                + "method:\n  sft:\n    loss_on: assistant\n")
        .contains("  lr: 0.0017\n  batch: 16\n  micro_batch: 16\n  epochs: 3\n  clip: 1\n")
        .endsWith("checkpoint:\n  every: epoch\n  keep: 2\noutput: o\nseed: 42\n");
  }

  @Test
  void seesPathsFromTheWorkingDirectoryThenFromTheRecipe(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), SHORT.replace("m,", "pom.xml,"));
    Files.writeString(folder.resolve("d.jsonl"), "");
    Recipe recipe = Recipes.read(file, List.of());
    assertThat(recipe.model().path()).isEqualTo(Path.of("pom.xml"));
    assertThat(recipe.data().train().get(0).path()).isEqualTo(folder.resolve("d.jsonl"));
    assertThat(recipe.output()).isEqualTo("o");
  }

  @Test
  void refusesFilesThatCannotBeRead(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("no.yaml");
    assertThatThrownBy(() -> Recipes.read(missing, List.of()))
        .isInstanceOf(UserError.class)
        .hasMessage(missing + ": there is no such recipe");
    assertThatThrownBy(() -> Recipes.read(folder, List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(folder + ": is a directory, not a recipe");
    Path latin =
        Files.write(
            folder.resolve("latin.yaml"), "output: é".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Recipes.read(latin, List.of()))
        .isInstanceOf(UserError.class)
        .hasMessage(latin + ": the recipe is not UTF-8 text");
  }
}
