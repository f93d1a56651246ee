package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.tensor.PeakMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons whose trainings are given results, so that the page can be worked out by hand. */
class ClaimsTest {
  private static final Claims.Part ALL = new Claims.Part(Set.of(), Set.of());
  @TempDir Path dir;
  private final StringWriter said = new StringWriter();
  private final List<String> trained = new ArrayList<>();
  private Path plan = Path.of("");

  @BeforeEach
  void writePlan() throws IOException {
    Path recipe = TinyRun.in(dir).recipe();
    plan = dir.resolve("plan.yaml");
    Files.writeString(
        plan,
        """
        runs: %1$s/runs
        page: %1$s/docs/page.md
        rates: %1$s/rates.yaml
        seeds: [1, 2]
        cost_steps: 5
        tasks:
          - { name: chat, title: Small talk, recipe: %2$s, score: accuracy }
        methods:
          - { name: full, peft: full, rates: { chat: 1e-3 } }
          - name: lora
            peft: { lora: { rank: 2 } }
            rates: { chat: 2e-3 }
            claim: { about: LoRA, from: 95, to: 100 }
            remark: It is small.
        """
            .formatted(dir, recipe));
  }

  /** Accuracy .80 and .90 of all weights, .70 and .72 of LoRA. */
  private boolean train(Path file, boolean resume, Path log, int place) {
    Recipe recipe = Recipes.read(file, List.of());
    trained.add(dir.resolve("runs").relativize(Path.of(recipe.output())).toString());
    boolean full = recipe.peft() instanceof dev.luthier.peft.Full;
    double score = full ? 0.70 + 0.10 * recipe.seed() : 0.68 + 0.02 * recipe.seed();
    result(score).write(made(recipe));
    return true;
  }

  private static Path made(Recipe recipe) {
    try {
      return Files.createDirectories(Path.of(recipe.output()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RunResult result(double accuracy) {
    return new RunResult(
        1_000,
        20,
        7,
        7,
        0.0125,
        0,
        new PeakMemory(3_000_000, 0),
        0,
        Map.of("accuracy", 0.25),
        Map.of("accuracy", accuracy),
        Map.of());
  }

  private void compare(Claims.Trainer trainer) {
    new Claims(1, 1, trainer).compare(plan, ALL, new PrintWriter(said, true));
  }

  @Test
  void writesMeansSpreadsAndVerdicts() throws IOException {
    compare(this::train);
    assertThat(trained)
        .containsExactly(
            "chat/full/cost",
            "chat/lora/cost",
            "chat/full/seed-1",
            "chat/full/seed-2",
            "chat/lora/seed-1",
            "chat/lora/seed-2");
    // means .85 and .71; spreads sqrt(2 * .05^2 / 1) = .0707 and sqrt(2 * .01^2) = .0141
    assertThat(Files.readString(dir.resolve("docs/page.md")))
        .contains("| LoRA, 95 to 100 % | lora | 83.5, **below** |") // .71 / .85
        .contains("accuracy, 0.250 before training")
        .contains(
            "| full | 20 | 2.000 % | 3 | 0.0125 | 1e-3 | 0.850 \u00b1 0.071 | 100.0 % |",
            "| lora | 20 | 2.000 % | 3 | 0.0125 | 2e-3 | 0.710 \u00b1 0.014 | 83.5 % |")
        .contains("- **lora**: It is small.");
  }

  @Test
  void noneIsAShareOfNothing() throws IOException {
    compare(
        (recipe, resume, log, place) -> {
          result(0).write(made(Recipes.read(recipe, List.of())));
          return true;
        });
    assertThat(Files.readString(dir.resolve("docs/page.md")))
        .contains("| LoRA, 95 to 100 % | lora | no share of 0 |")
        .contains("| 2e-3 | 0.000 \u00b1 0.000 | - |");
  }

  @Test
  void whatHasEndedIsNotRepeated() {
    compare(this::train);
    trained.clear();
    compare(this::train);
    assertThat(trained).isEmpty();
  }

  @Test
  void aRunThatBreaksIsNamedAndTheOthersGoOn() {
    Claims.Trainer breaks =
        (recipe, resume, log, place) ->
            !recipe.toString().contains("full/seed-1") && train(recipe, resume, log, place);
    assertThatThrownBy(() -> compare(breaks))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "a run failed; %s/runs/chat/full/seed-1.log says why; the same command goes on from here"
                .formatted(dir));
    assertThat(dir.resolve("docs/page.md")).doesNotExist();
    trained.clear();
    compare(this::train);
    assertThat(trained).containsExactly("chat/full/seed-1");
    assertThat(dir.resolve("docs/page.md")).exists();
  }

  @Test
  void aMethodMayKeepItsBaseInFewBitsAndLeaveTasksOut() throws IOException {
    String text = Files.readString(plan);
    String chat = text.lines().filter(l -> l.contains("name: chat")).findFirst().orElseThrow();
    String talk = chat.replace("name: chat", "name: talk");
    Files.writeString(
        plan,
        text.replace(chat, chat + "\n" + talk)
                .replace("chat: 1e-3 }", "chat: 1e-3, talk: 1e-3 }")
                .replace("chat: 2e-3 }", "chat: 2e-3, talk: 2e-3 }")
            + """
              - name: qlora
                peft: { lora: { rank: 2 } }
                quantize: nf4
                tasks: [chat]
                rates: { chat: 2e-3 }
                claim: { about: QLoRA, from: 90, to: 98 }
            """);
    compare(
        (file, resume, log, place) -> {
          Recipe recipe = Recipes.read(file, List.of());
          boolean packed = recipe.model().quantize() instanceof Quantize.Nf4;
          assertThat(packed).isEqualTo(recipe.output().contains("/qlora/"));
          return train(file, resume, log, place);
        });
    assertThat(trained).contains("chat/qlora/cost", "chat/qlora/seed-2");
    assertThat(trained).noneMatch(name -> name.startsWith("talk/qlora"));
    // .71 / .85 once, and nothing of talk: neither a verdict nor a row of its table
    assertThat(Files.readString(dir.resolve("docs/page.md")))
        .contains("| QLoRA, 90 to 98 % | qlora | 83.5, **below** | not run |")
        .containsOnlyOnce("| qlora | 20 | 2.000 % |");
  }

  @Test
  void aTaskThatIsNoneIsRefused() throws IOException {
    String text = Files.readString(plan);
    Files.writeString(plan, text.replace("remark: It is small.", "tasks: [char]"));
    assertThatThrownBy(() -> compare(this::train))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("lora is compared on char; the tasks are chat");
  }

  @Test
  void aPartLeavesThePageAlone() {
    new Claims(1, 1, this::train)
        .compare(plan, new Claims.Part(Set.of(), Set.of("lora")), new PrintWriter(said, true));
    assertThat(said.toString()).contains("3 runs of the plan are still to be done");
    assertThat(dir.resolve("docs/page.md")).doesNotExist();
  }

  /** Trains at 1e-4, 1e-3 and 1e-2 for all weights, and breaks at the highest. */
  @Test
  void keepsTheRateThatWasBestOnRowsSetAside() throws IOException {
    Map<String, Double> scores =
        Map.of("full/1e-4", 0.5, "full/1e-3", 0.4, "lora/2e-4", 0.3, "lora/2e-3", 0.6);
    Claims.Trainer tries =
        (file, resume, log, place) -> {
          Recipe recipe = Recipes.read(file, List.of());
          assertThat(recipe.data().holdout()).isEqualTo(0.1);
          assertThat(recipe.data().eval()).isEmpty();
          Path name = dir.resolve("runs/tuning/chat").relativize(Path.of(recipe.output()));
          Double score = scores.get(name.toString());
          if (score == null) {
            return false;
          }
          result(score).write(made(recipe));
          return true;
        };
    new Claims(1, 1, tries).tune(plan, ALL, List.of(0.1, 1.0, 10.0), new PrintWriter(said, true));
    assertThat(said.toString()).contains("1e-4: 0.5000, 1e-3: 0.4000, 1e-2: failed; best 1e-4");
    assertThat(Files.readString(dir.resolve("rates.yaml"))).contains("full: 0.0001", "lora: 0.002");
    compare(this::train);
    assertThat(Files.readString(dir.resolve("docs/page.md")))
        .contains("| full | 20 | 2.000 % | 3 | 0.0125 | 1e-4 |");
    PrintWriter out = new PrintWriter(said, true);
    assertThatThrownBy(() -> new Claims(1, 1, tries).tune(plan, ALL, List.of(0.0), out))
        .isInstanceOf(UserError.class)
        .hasMessage("--tune must be > 0, was 0");
  }

  @Test
  void aRunOfAnotherPlanIsNotTakenForThisOne() throws IOException {
    new Claims(1, 1, (recipe, resume, log, place) -> real(recipe))
        .compare(plan, new Claims.Part(Set.of(), Set.of("lora")), new PrintWriter(said, true));
    Files.writeString(plan, Files.readString(plan).replace("rank: 2", "rank: 3"));
    assertThatThrownBy(() -> compare(this::train))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rank: 2")
        .hasMessageContaining("rank: 3");
  }

  private static boolean real(Path file) {
    Recipe recipe = Recipes.read(file, List.of());
    try {
      Files.writeString(made(recipe).resolve("recipe.yaml"), Recipes.print(recipe));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    result(0.5).write(Path.of(recipe.output()));
    return true;
  }

  @Test
  void plansThatCannotBeCompared() throws IOException {
    refused("{ name: full, peft: full,", "{ name: full, peft: bitfit,", "must hold full");
    refused("rates: { chat: 2e-3 }", "rates: { caht: 2e-3 }", "has a rate for caht");
    refused("name: lora", "name: full", "methods has full twice");
    refused("seeds: [1, 2]", "seeds: []", "seeds must name at least one");
    refused("seeds: [1, 2]", "seeds: [1, 1]", "seeds has one twice, was [1, 1]");
    refused(
        "rates: { chat: 2e-3 }",
        "rates: {}",
        "method lora has no rate for chat; give it one: rates:");
    refused("/docs/page.md", "", "is a folder; name a file");
    refused("from: 95", "from: 101", "claim.to must be >= 101");
    refused("score: accuracy", "score: rouge-l", "rouge-l is not measured there");
    refused("score: accuracy", "score: loss", "tasks.score must be higher for what is better");
  }

  @Test
  void aSearchByWhatIsNotMeasured() throws IOException {
    Files.writeString(plan, Files.readString(plan).replace("score: accuracy", "score: f1"));
    Claims claims = new Claims(1, 1, (recipe, resume, log, place) -> real(recipe));
    assertThatThrownBy(() -> claims.tune(plan, ALL, List.of(1.0), new PrintWriter(said, true)))
        .isInstanceOf(UserError.class)
        .hasMessage("chat: f1 is not measured there; there are accuracy");
    assertThat(dir.resolve("rates.yaml")).doesNotExist();
  }

  private void refused(String from, String to, String message) throws IOException {
    String right = Files.readString(plan);
    assertThat(right).contains(from);
    Files.writeString(plan, right.replace(from, to));
    assertThatThrownBy(() -> compare(this::train))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
    Files.writeString(plan, right);
  }
}
