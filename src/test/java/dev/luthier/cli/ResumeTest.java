package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.recipe.Recipes;
import dev.luthier.recipe.Training;
import dev.luthier.train.Metrics;
import dev.luthier.train.MetricsFile;
import dev.luthier.train.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A run that was broken and goes on ends with the bytes of the unbroken one. See {@link TinyRun}
 * for the run: dropout, shuffled epochs and parts of steps draw random numbers all the time.
 */
class ResumeTest {
  private static final int KILLS = 20;
  private static final long SEED = 7;

  @TempDir static Path shared;

  private static TinyRun run;
  private static Result unbroken;
  private static long unbrokenMillis;

  /** What must be the same however often a run was broken. */
  private record Result(byte[] adapter, List<String> config, List<MetricsFile.Line> metrics) {
    static Result of(Path out) throws IOException {
      List<MetricsFile.Line> lines = new ArrayList<>();
      for (MetricsFile.Line line : MetricsFile.read(out.resolve("metrics.jsonl"))) {
        Map<String, Double> values = new LinkedHashMap<>(line.values());
        values.keySet().removeIf(name -> name.startsWith(Metrics.CLOCK));
        lines.add(new MetricsFile.Line(line.step(), values));
      }
      try (Stream<Path> entries = Files.walk(out)) {
        assertThat(entries.map(p -> p.getFileName().toString()))
            .noneMatch(name -> name.startsWith(".tmp-") || name.startsWith(".old-"));
      }
      return new Result(
          Files.readAllBytes(out.resolve("adapter/adapter_model.safetensors")),
          Files.readAllLines(out.resolve("adapter/adapter_config.json")),
          lines);
    }

    void sameAs(Result other) {
      assertThat(metrics).containsExactlyElementsOf(other.metrics);
      assertThat(adapter).isEqualTo(other.adapter);
      assertThat(config).isEqualTo(other.config);
    }
  }

  @BeforeAll
  static void runUnbroken() throws IOException, InterruptedException {
    run = TinyRun.in(shared);
    long start = System.nanoTime();
    assertThat(start(run.out()).waitFor()).isZero();
    unbrokenMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    unbroken = Result.of(run.out());
    // One line for each step and one for each evaluation: before the first step, after steps 3, 6
    // .. 39, and after the last.
    assertThat(unbroken.metrics).hasSize(TinyRun.STEPS + 1 + 13 + 1);
  }

  /** Goes on with the run if it got as far as keeping its recipe, else begins it. */
  private static Process start(Path out) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("train", run.recipe().toString(), "--output=" + out));
    if (Files.exists(out.resolve("recipe.yaml"))) {
      args.add("--resume");
    }
    Path log = shared.resolve("child.log");
    return new ProcessBuilder(TinyRun.java(Luthier.class.getName(), args.toArray(String[]::new)))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static String log() throws IOException {
    return Files.readString(shared.resolve("child.log"));
  }

  @Test
  void killedAtTwentyRandomMoments() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    List<String> moments = new ArrayList<>();
    int kills = 0;
    for (int i = 0; kills < KILLS; i++) {
      Path out = shared.resolve("killed-" + i);
      boolean done = false;
      while (!done) {
        Process process = start(out);
        // Nothing but the JVM has begun in the first fifth of the time.
        long delay = (long) (unbrokenMillis * (0.2 + 0.8 * random.nextDouble()));
        done = process.waitFor(kills < KILLS ? delay : 10 * delay, TimeUnit.MILLISECONDS);
        if (!done) {
          process.destroyForcibly().waitFor();
          kills++;
          moments.add(where(out));
        } else {
          assertThat(process.exitValue()).as(log()).isZero();
        }
      }
      Result.of(out).sameAs(unbroken);
    }
    System.out.println("killed: " + moments);
  }

  /** How far a run came. */
  private static String where(Path out) throws IOException {
    Path metrics = out.resolve("metrics.jsonl");
    if (!Files.exists(metrics)) {
      return "before";
    }
    List<MetricsFile.Line> lines = MetricsFile.read(metrics);
    return lines.isEmpty() ? "begun" : "step " + lines.get(lines.size() - 1).step();
  }

  @Test
  void asksPolitelyAndItSavesFirst() throws IOException, InterruptedException {
    Path out = shared.resolve("terminated");
    Process process =
        new ProcessBuilder(
                TinyRun.java(
                    Luthier.class.getName(),
                    "train",
                    run.recipe().toString(),
                    "--output=" + out,
                    "--checkpoint.every=never"))
            .redirectErrorStream(true)
            .start();
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.append(line).append('\n');
        if (line.startsWith("step 16/40")) {
          process.toHandle().destroy(); // SIGTERM; Process.destroy() would close its output too
        }
      }
    }
    assertThat(process.waitFor()).isEqualTo(128 + 15);
    assertThat(said.toString())
        .containsPattern("stopped and saved after step \\d+ of 40; go on with: .* --resume\n$");
    assertThat(out.resolve("adapter")).doesNotExist();
    assertThat(resumed(out, "--checkpoint.every=never")).isZero();
    Result.of(out).sameAs(unbroken);
  }

  private static int resumed(Path out, String... overrides)
      throws IOException, InterruptedException {
    List<String> args =
        new ArrayList<>(List.of("train", run.recipe().toString(), "--output=" + out, "--resume"));
    args.addAll(List.of(overrides));
    return new ProcessBuilder(TinyRun.java(Luthier.class.getName(), args.toArray(String[]::new)))
        .inheritIO()
        .start()
        .waitFor();
  }

  /**
   * Steps at which a run breaks before they are saved, and the newest checkpoint then: that of an
   * even step, or of an evaluation (after 3, 6 ..), each of which is the best so far here.
   */
  @ParameterizedTest
  @CsvSource({"1, 0", "11, 10", "28, 27", "40, 39"})
  void brokenInTheMiddleOfAnEpoch(long broken, long saved) throws IOException {
    Path out = shared.resolve("broken-at-" + broken);
    assertThat(train(out, Training.Start.NEW, new Breaks(broken, new ArrayList<>()))).isFalse();
    List<String> notes = new ArrayList<>();
    assertThat(train(out, Training.Start.RESUME, new Breaks(-1, notes))).isTrue();
    assertThat(notes.get(0)).startsWith(saved == 0 ? "step 0:" : "going on after step " + saved);
    Result.of(out).sameAs(unbroken);
  }

  /** In this process; whether it came to its end. */
  private static boolean train(Path out, Training.Start start, Progress progress) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    try {
      Training.run(
          Recipes.read(run.recipe(), List.of("--output=" + out)), start, progress, nowhere);
      return true;
    } catch (Broken e) {
      return false;
    }
  }

  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Fails when it hears of a step, before that step is evaluated or saved. */
  private record Breaks(long at, List<String> notes) implements Progress {
    @Override
    public void begin(long done, long total) {}

    @Override
    public void step(Step done) {
      if (done.number() == at) {
        throw new Broken();
      }
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }

    @Override
    public void close() {}
  }
}
