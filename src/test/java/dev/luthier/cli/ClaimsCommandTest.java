package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings in processes of their own. */
class ClaimsCommandTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int claims(String... arguments) throws IOException {
    Path plan = dir.resolve("plan.yaml");
    if (Files.notExists(plan)) {
      Files.writeString(
          plan,
          """
          runs: %1$s/runs
          page: %1$s/page.md
          rates: %1$s/rates.yaml
          seeds: [1]
          cost_steps: 2
          tasks:
            - { name: chat, title: Small talk, recipe: %2$s, score: accuracy }
          methods:
            - { name: full, peft: full, rates: { chat: 1e-3 } }
          """
              .formatted(dir, TinyRun.in(dir).recipe()));
    }
    String[] all = new String[arguments.length + 2];
    all[0] = "claims";
    all[1] = plan.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Luthier.run(all, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  @Test
  void trainsAndWritesThePage() throws IOException {
    assertThat(claims("--jobs", "2")).as(err.toString()).isZero();
    // weights of the model, their peak memory and its time, and a share of itself
    assertThat(Files.readString(dir.resolve("page.md")))
        .containsPattern(
            "\\| full \\| 115,008 \\| 100.000 % \\| [\\d,]+ \\| 0\\.\\d+ \\| 1e-3 \\|"
                + " 0\\.\\d+ \u00b1 0.000 \\| 100.0 % \\|");
    assertThat(dir.resolve("runs/chat/full/seed-1/result.json")).exists();
    assertThat(Files.readString(dir.resolve("runs/chat/full/seed-1.log"))).contains("peak memory");
  }

  @Test
  @Timeout(120)
  void aTrainingEndsWithAComparisonThatWasKilled() throws IOException, InterruptedException {
    assertThat(claims("--tune", "0")).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("error: --tune must be > 0, was 0\n");
    Path plan = dir.resolve("plan.yaml");
    Files.writeString(plan, Files.readString(plan).replace("cost_steps: 2", "cost_steps: 100000"));
    List<String> command = TinyRun.java(Luthier.class.getName(), "claims", plan.toString());
    Process comparison = new ProcessBuilder(command).start();
    while (Files.notExists(dir.resolve("runs/chat/full/cost/metrics.jsonl"))) {
      assertThat(comparison.isAlive()).isTrue();
      Thread.sleep(100);
    }
    List<ProcessHandle> trainings = comparison.descendants().toList();
    assertThat(trainings).hasSize(1);
    comparison.destroyForcibly().waitFor();
    trainings.get(0).onExit().join();
    assertThat(dir.resolve("runs/chat/full/cost/result.json")).doesNotExist();
  }

  @Test
  void aTrainingThatCannotBeginIsNamed() throws IOException {
    assertThat(claims("--tasks", "talk")).isEqualTo(2);
    assertThat(err.toString().strip()).isEqualTo("error: there is no task talk; there are chat");
    Files.delete(dir.resolve("model/model.safetensors"));
    assertThat(claims()).isEqualTo(2);
    String log = dir.resolve("runs/chat/full/cost.log").toString();
    assertThat(err.toString())
        .contains("error: a run failed; " + log + " says why")
        .doesNotContain("Exception");
    assertThat(Files.readString(Path.of(log))).contains("error: ").contains("model.safetensors");
  }
}
