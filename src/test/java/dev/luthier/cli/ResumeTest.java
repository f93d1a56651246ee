package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.recipe.Training;
import dev.luthier.train.Metrics;
import dev.luthier.train.MetricsFile;
import java.io.BufferedReader;
import java.io.IOException;
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
  private static final int KILLED = 128 + 9;
  private static final int TERMINATED = 128 + 15;
  private static final long SEED = 7;

  @TempDir static Path shared;

  private static TinyRun run;
  private static Result unbroken;

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

    void sameAs(Result other, String what) {
      assertThat(metrics).as(what).containsExactlyElementsOf(other.metrics);
      assertThat(adapter).as(what).isEqualTo(other.adapter);
      assertThat(config).as(what).isEqualTo(other.config);
    }
  }

  @BeforeAll
  static void runUnbroken() throws IOException, InterruptedException {
    run = TinyRun.in(shared);
    Ended ended = child(run.out(), (process, lines) -> {});
    assertThat(ended.code()).as(ended.toString()).isZero();
    unbroken = Result.of(run.out());
    // One line for each step and one for each evaluation: before the first step, after steps 3, 6
    // .. 39, and after the last.
    assertThat(unbroken.metrics).hasSize(TinyRun.STEPS + 1 + 13 + 1);
  }

  /** How a process ended, and what it had said by then. */
  private record Ended(int code, List<String> said) {
    String last() {
      return said.isEmpty() ? "" : said.get(said.size() - 1);
    }
  }

  /** Is called after each line that a process says. */
  private interface Listener {
    void heard(Process process, List<String> lines) throws InterruptedException;
  }

  /** A process that goes on with a run if that got as far as keeping its recipe, else begins it. */
  private static Ended child(Path out, Listener listener, String... overrides)
      throws IOException, InterruptedException {
    List<String> args = new ArrayList<>(List.of("train", run.recipe().toString()));
    args.add("--output=" + out);
    args.addAll(List.of(overrides));
    if (Files.exists(out.resolve("recipe.yaml"))) {
      args.add("--resume");
    }
    Process process =
        new ProcessBuilder(TinyRun.java(Luthier.class.getName(), args.toArray(String[]::new)))
            .redirectErrorStream(true)
            .start();
    List<String> said = new ArrayList<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
        listener.heard(process, said);
      }
    }
    return new Ended(process.waitFor(), said);
  }

  @Test
  void killedAtTwentyRandomMoments() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    List<String> moments = new ArrayList<>();
    for (int i = 0; moments.size() < KILLS; i++) {
      Path out = shared.resolve("killed-" + i);
      Ended ended = new Ended(KILLED, List.of());
      while (ended.code() == KILLED) {
        // 33 lines come before the first step, 34 up to the last, and 11 with the results; a line
        // is some 50 ms, in which steps are made and checkpoints written.
        int line = moments.size() < KILLS ? random.nextInt(25, 75) : Integer.MAX_VALUE;
        long later = random.nextLong(50);
        ended =
            child(
                out,
                (process, lines) -> {
                  if (lines.size() == line && !process.waitFor(later, TimeUnit.MILLISECONDS)) {
                    process.toHandle().destroyForcibly(); // Process would close its output too
                  }
                });
        if (ended.code() == KILLED) {
          moments.add(ended.last());
        }
      }
      assertThat(ended.code()).as(ended.toString()).isZero();
      Result.of(out).sameAs(unbroken, "killed after " + moments);
    }
  }

  @Test
  void asksPolitelyAndItSavesFirst() throws IOException, InterruptedException {
    Path out = shared.resolve("terminated");
    Ended ended =
        child(
            out,
            (process, lines) -> {
              if (lines.get(lines.size() - 1).startsWith("step 16/40")) {
                process.toHandle().destroy(); // SIGTERM
              }
            },
            "--checkpoint.every=never");
    assertThat(ended.code()).isEqualTo(TERMINATED);
    assertThat(ended.last()).matches("stopped and saved after step \\d+ of 40; .* --resume .*");
    assertThat(out.resolve("adapter")).doesNotExist();
    assertThat(child(out, (process, lines) -> {}, "--checkpoint.every=never").code()).isZero();
    Result.of(out).sameAs(unbroken, "stopped");
  }

  /**
   * Steps at which a run breaks before they are saved, and the newest checkpoint then: that of an
   * even step, or of an evaluation (after 3, 6 ..), each of which is the best so far here.
   */
  @ParameterizedTest
  @CsvSource({"11, 10", "28, 27"})
  void brokenInTheMiddleOfAnEpoch(long broken, long saved) throws IOException {
    Path out = shared.resolve("broken-at-" + broken);
    Breaks breaks = new Breaks(broken, new ArrayList<>());
    assertThat(breaks.train(run.recipe(), out, Training.Start.NEW)).isFalse();
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), out, Training.Start.RESUME)).isTrue();
    assertThat(notes.get(0)).isEqualTo("going on after step " + saved);
    Result.of(out).sameAs(unbroken, "broken");
  }
}
