package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import dev.luthier.recipe.Stages;
import dev.luthier.recipe.StagesFlow;
import dev.luthier.recipe.Training;
import dev.luthier.train.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes of stages that run: broken off in each stage, they end as the unbroken one. */
class StageRunsTest {
  private static final int KILLED = 128 + 9;
  private static final String COMMON =
      """
          peft: { lora: { rank: 2, alpha: 4, dropout: 0.1 } }
          optim: { lr: 5e-3, batch: 4, max_steps: 4 }
          eval: { every: never, generate: 0 }
          checkpoint: { every: 1 }
      """;

  @TempDir static Path dir;
  private static TinyRun tiny;
  private static Path recipe;
  private static Said unbroken;

  /** A supervised tuning, preferences made of its own answers, and rewards for its own answers. */
  @BeforeAll
  static void runUnbroken() throws IOException {
    tiny = TinyRun.in(dir.resolve("tiny"));
    List<String> rows = Files.readAllLines(tiny.dir().resolve("train.jsonl"));
    Files.write(dir.resolve("train.jsonl"), rows.subList(0, 16));
    Files.write(dir.resolve("eval.jsonl"), rows.subList(16, 20));
    String text =
        """
        device: cpu
        output: %1$s/out
        report:
          data: { path: %1$s/eval.jsonl, limit: 3 }
          scorers: { short: { length: { most: 3 } } }
          max_new_tokens: 4
        stages:
          sft:
            model: %2$s
            method: sft
            data: { train: %1$s/train.jsonl, eval: %1$s/eval.jsonl }
        %3$s
          answers:
            answers:
              model: ${sft.merged}
              data: %1$s/train.jsonl
              draw: { samples: 4, max_new_tokens: 6 }
              by: { regex: { pattern: '[a-m]' } }
              keep: { best: { least: 0 } }
          dpo:
            model: ${sft.merged}
            method: { dpo: { max_length: 128 } }
            data: %1$s/pairs.jsonl
        %3$s
          grpo:
            model: ${dpo.merged}
            method:
              grpo:
                rewards: { letters: { scorer: { length: { most: 1, slack: 20 } } } }
                rollout: { samples: 4, max_new_tokens: 6 }
            data: %1$s/train.jsonl
        %3$s
        """
            .formatted(dir, tiny.model(), COMMON.indent(0));
    recipe = Files.writeString(dir.resolve("stages.yaml"), text);
    pairs();
    unbroken = Said.luthier("train", recipe.toString());
    assertThat(unbroken.code()).as(unbroken.all()).isZero();
  }

  private static void pairs() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> out = new ArrayList<>();
    for (String line : Files.readAllLines(dir.resolve("train.jsonl"))) {
      JsonNode row = json.readTree(line);
      out.add(
          json.writeValueAsString(
              json.createObjectNode()
                  .put("prompt", row.path("prompt").asText())
                  .put("chosen", row.path("completion").asText())
                  .put("rejected", "no idea")));
    }
    Files.write(dir.resolve("pairs.jsonl"), out);
  }

  /** What ends a training that breaks. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private record BreaksAt(boolean here, long step) implements Progress {
    @Override
    public void begin(long done, long total) {}

    @Override
    public void step(Step done) {
      if (here && done.number() == step) {
        throw new Broken();
      }
    }

    @Override
    public void note(String line) {}

    @Override
    public void close() {}
  }

  /** Whether it came to its end. */
  private static boolean run(Path out, Training.Start start, int training, StringWriter said) {
    return run(recipe, out, start, training, said);
  }

  private static boolean run(
      Path file, Path out, Training.Start start, int training, StringWriter said) {
    int[] trainings = {0};
    try {
      new StagesFlow(
              Stages.read(file, List.of("--output=" + out)),
              () -> new BreaksAt(++trainings[0] == training, 3),
              new PrintWriter(said))
          .run(start);
      return true;
    } catch (Broken e) {
      return false;
    }
  }

  private static void sameAsUnbroken(Path out) throws IOException {
    for (String file :
        List.of(
            "sft/adapter/adapter_model.safetensors",
            "sft/merged/model.safetensors",
            "answers/answers.jsonl",
            "answers/data.jsonl",
            "dpo/adapter/adapter_model.safetensors",
            "grpo/adapter/adapter_model.safetensors",
            "report/grpo.json")) {
      same(out, file);
    }
  }

  /** Each stage is broken off at its third step, and goes on from its second one. */
  @Test
  void brokenInEachStage() throws IOException {
    Path out = dir.resolve("broken");
    StringWriter said = new StringWriter();
    assertThat(run(out, Training.Start.NEW, 1, said)).isFalse();
    assertThat(run(out, Training.Start.RESUME, 2, said)).isFalse(); // sft, then dpo
    assertThat(said.toString()).doesNotContain("has ended before");
    assertThat(run(out, Training.Start.RESUME, 2, said)).isFalse(); // dpo, then grpo
    assertThat(run(out, Training.Start.RESUME, 0, said)).isTrue();
    assertThat(said.toString().split("has ended before", -1)).hasSize(1 + 2 + 3);
    sameAsUnbroken(out);
    removed(out);
  }

  /**
   * Removing a stage's directory runs that stage again, by another recipe, and no other. A merged
   * model that is not there, since no stage named it before, is made when one names it.
   */
  private static void removed(Path out) throws IOException {
    delete(out.resolve("grpo"));
    delete(out.resolve("dpo/merged"));
    String said =
        Said.ok(
            "train",
            recipe.toString(),
            "--output=" + out,
            "--resume",
            "--stages.grpo.optim.max_steps=3");
    assertThat(said.split("has ended before", -1)).hasSize(1 + 3);
    assertThat(said).contains("3 steps of 4 sequences");
    same(out, "dpo/merged/model.safetensors");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void same(Path out, String file) throws IOException {
    assertThat(Files.readAllBytes(out.resolve(file)))
        .as(file)
        .isEqualTo(Files.readAllBytes(dir.resolve("out").resolve(file)));
  }

  /** Processes that are killed: within the second stage, and when the third begins. */
  @Test
  void killed() throws IOException, InterruptedException {
    Path out = dir.resolve("killed");
    assertThat(child(out, "mean score")).isEqualTo(KILLED);
    assertThat(child(out, "stage 3 of 4")).isEqualTo(KILLED);
    assertThat(child(out, "nothing like it")).isZero();
    sameAsUnbroken(out);
  }

  private static int child(Path out, String kill) throws IOException, InterruptedException {
    return child(recipe, out, kill);
  }

  private static int child(Path file, Path out, String kill)
      throws IOException, InterruptedException {
    List<String> args = new ArrayList<>(List.of("train", file.toString(), "--output=" + out));
    if (Files.exists(out.resolve("recipe.yaml"))) {
      args.add("--resume");
    }
    Process process =
        new ProcessBuilder(TinyRun.java(Luthier.class.getName(), args.toArray(String[]::new)))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains(kill)) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    return process.waitFor();
  }

  @Test
  void reportsWhatEachStageGained() throws IOException {
    assertThat(unbroken.out())
        .contains("stage 1 of 4: sft (sft)", "stage 4 of 4: grpo (grpo, from dpo)")
        .containsPattern("(?m)^stage +what +from +seconds +its own measure +held out: short$")
        .containsPattern("(?m)^sft +sft +[\\d.]+ +accuracy .* -> .*")
        .containsPattern("(?m)^answers +answers +sft +[\\d.]+ +best-of-4 score .* -> .*");
    JsonNode report = new ObjectMapper().readTree(dir.resolve("out/report/report.json").toFile());
    assertThat(report).hasSize(4);
    JsonNode grpo = report.get(3);
    assertThat(grpo.path("from").get(0).asText()).isEqualTo("dpo");
    double dpo = report.get(2).path("held_out").path("short").path("after").asDouble();
    assertThat(grpo.path("held_out").path("short").path("before").asDouble()).isEqualTo(dpo);
    assertThat(report.get(0).path("held_out").path("short").has("before")).isTrue();
    assertThat(report.get(1).path("held_out").size()).isZero(); // answers are no model
    assertThat(report.get(1).path("artefacts").path("pairs").asText()).endsWith("pairs.jsonl");
    assertThat(Files.readString(dir.resolve("out/report/report.md")))
        .contains("| grpo | grpo | dpo |", "`${sft.merged}`");
  }

  /** What is kept to learn from is the best answer to each prompt. */
  @Test
  void keepsTheBestAnswers() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> all = Files.readAllLines(dir.resolve("out/answers/answers.jsonl"));
    assertThat(all).hasSize(16);
    for (String line : Files.readAllLines(dir.resolve("out/answers/pairs.jsonl"))) {
      JsonNode pair = json.readTree(line);
      assertThat(pair.path("chosen").asText()).containsPattern("[a-m]");
      assertThat(pair.path("rejected").asText()).doesNotContainPattern("[a-m]");
    }
  }

  /**
   * A model in 4 bits, an adapter on it, and both in one model of 16 bits. Killed when the model is
   * put into 4 bits, broken off amid the training, killed when the adapter goes into the weights,
   * it ends with the bytes of the unbroken one.
   */
  @Test
  void quantisedTunedAndMerged() throws IOException, InterruptedException {
    Path file =
        Files.writeString(
            dir.resolve("qlora.yaml"),
            """
            device: cpu
            output: %1$s/qlora
            stages:
              small: { quantize: { model: %2$s } }
              tuned:
                model: ${small.model}
                method: sft
                peft: { lora: { rank: 2, dropout: 0.1 } }
                data: %1$s/train.jsonl
                optim: { batch: 4, max_steps: 4 }
                checkpoint: { every: 1 }
              whole: { merge: { model: '${small.model}', adapter: '${tuned.adapter}' } }
              more:
                model: ${whole.model}
                method: sft
                peft: { lora: { rank: 2 } }
                data: %1$s/train.jsonl
                optim: { batch: 4, max_steps: 1 }
            """
                .formatted(dir, tiny.model()));
    assertThat(Said.ok("train", file.toString(), "--dry-run"))
        .contains("not checked yet: %s/qlora/whole/model".formatted(dir));
    assertThat(Said.ok("estimate", file.toString()).split("stage \\d of 4", -1)).hasSize(1 + 2);
    String said = Said.ok("train", file.toString());
    assertThat(said).containsPattern("(?m)^whole +merge +small, tuned ");

    Path out = dir.resolve("qlora-broken");
    assertThat(child(file, out, "stage 1 of 4")).isEqualTo(KILLED);
    assertThat(run(file, out, Training.Start.RESUME, 1, new StringWriter())).isFalse();
    assertThat(child(file, out, "stage 3 of 4")).isEqualTo(KILLED);
    StringWriter rest = new StringWriter();
    assertThat(run(file, out, Training.Start.RESUME, 0, rest)).isTrue();
    assertThat(rest.toString()).contains("has ended before");
    for (String made :
        List.of(
            "small/model/model.safetensors",
            "tuned/adapter/adapter_model.safetensors",
            "whole/model/model.safetensors",
            "more/adapter/adapter_model.safetensors")) {
      assertThat(Files.readAllBytes(out.resolve(made)))
          .as(made)
          .isEqualTo(Files.readAllBytes(dir.resolve("qlora").resolve(made)));
    }
  }

  private static void refused(String line, String... args) {
    List<String> all = new ArrayList<>(List.of("train", recipe.toString()));
    all.addAll(List.of(args));
    Said said = Said.luthier(all.toArray(String[]::new));
    assertThat(said.code()).as(said.all()).isEqualTo(2);
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
  }

  /** A stage that has ended is the one that its recipe told, and what was made from it too. */
  @Test
  void refusesOtherRecipesOfStagesThatHaveEnded() {
    refused("already holds a run; continue it with --resume");
    refused(
        "stage sft has ended with another recipe: it was \"lr: 0.005\" and is now \"lr: 0.1\"; restore"
            + " it, or remove %1$s/out/sft to run it again, and what was made from it: %1$s/out/answers, %1$s/out/dpo, %1$s/out/grpo"
                .formatted(dir),
        "--resume",
        "--stages.sft.optim.lr=0.1");
    refused("--fit is for one training", "--fit", "1GB");
    refused("there is nothing to resume", "--resume", "--output=" + dir.resolve("none"));
  }
}
