package dev.luthier.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.model.Model;
import dev.luthier.plan.Plan;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.PeakMemory;
import dev.luthier.train.MetricsFile;
import dev.luthier.train.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a finished run came to, for programs: {@code result.json} in its directory.
 *
 * @param parameters of the model, with what the method added
 * @param trainable of them, heads included
 * @param steps that were done
 * @param weightsOfStep whose weights were saved
 * @param secondsPerStep the median of all steps
 * @param answering the share of the steps' time in which they waited for answers and their scores;
 *     0 where the model wrote none
 * @param memory the most that was in use since the process that ended the run began
 * @param planned what was planned to be in use at most; 0 where nothing was
 * @param before what was measured before the first step, by measure; empty without evaluations
 * @param after what was measured on the saved weights
 * @param compared what answers before and after came to, by name
 */
record RunResult(
    long parameters,
    long trainable,
    long steps,
    long weightsOfStep,
    double secondsPerStep,
    double answering,
    PeakMemory memory,
    long planned,
    Map<String, Double> before,
    Map<String, Double> after,
    Map<String, Double> compared) {
  RunResult {
    compared = compared == null ? Map.of() : compared; // in files of before there was such a thing
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "result.json";
  private static final String EVALUATED = "eval/";

  static RunResult of(
      SftFlow.Parts<?, ?, ?> parts, Session.Outcome outcome, List<MetricsFile.Line> lines) {
    Model model = parts.adapted().model();
    long step = outcome.best().map(Session.Best::step).orElse(outcome.steps());
    return new RunResult(
        model.parameters().stream().mapToLong(Parameter::count).sum(),
        parts.adapted().trainableCount(),
        outcome.steps(),
        step,
        median(lines),
        sum(lines, "clock/rollout_waited") / Math.max(1e-9, sum(lines, "clock/seconds")),
        PeakMemory.of(model.compute()),
        parts.memory().map(Plan::peak).orElse(0L),
        evaluated(lines, 0),
        evaluated(lines, step),
        Map.of());
  }

  /** The same with what answers came to. */
  RunResult with(Map<String, Double> answers) {
    return new RunResult(
        parameters,
        trainable,
        steps,
        weightsOfStep,
        secondsPerStep,
        answering,
        memory,
        planned,
        before,
        after,
        answers);
  }

  private static double median(List<MetricsFile.Line> lines) {
    double[] seconds =
        lines.stream()
            .flatMap(line -> Optional.ofNullable(line.values().get("clock/seconds")).stream())
            .mapToDouble(s -> s)
            .sorted()
            .toArray();
    return seconds.length == 0 ? 0 : seconds[seconds.length / 2];
  }

  private static double sum(List<MetricsFile.Line> lines, String key) {
    return lines.stream().mapToDouble(line -> line.values().getOrDefault(key, 0.0)).sum();
  }

  private static Map<String, Double> evaluated(List<MetricsFile.Line> lines, long step) {
    Map<String, Double> out = new TreeMap<>();
    lines.stream()
        .filter(line -> line.step() == step)
        .flatMap(line -> line.values().entrySet().stream())
        .filter(e -> e.getKey().startsWith(EVALUATED))
        .forEach(e -> out.put(e.getKey().substring(EVALUATED.length()), e.getValue()));
    return out;
  }

  void write(Path run) {
    try {
      AtomicFile.write(
          run.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of a run's directory; empty if the run has not ended. */
  static Optional<RunResult> read(Path run) {
    Path file = run.resolve(FILE);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), RunResult.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
  }

  /** What was reached, for people; the same for the same run. */
  Map<String, String> reached(Session.End end) {
    Map<String, String> out = new LinkedHashMap<>();
    String early = end == Session.End.STOPPED_EARLY ? " (stopped early)" : "";
    out.put("steps", steps + early);
    if (!after.isEmpty()) {
      out.put("weights of step", String.valueOf(weightsOfStep));
    }
    after.forEach((k, v) -> out.put(EVALUATED + k, "%.4f -> %.4f".formatted(before.get(k), v)));
    return out;
  }

  /** What it took, for people. */
  Map<String, String> cost() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("seconds per step", "%.4f (median)".formatted(secondsPerStep));
    if (answering > 0) {
      out.put("answering", "%.0f %% of the steps' time".formatted(100 * answering));
    }
    if (memory.taken() > 0) {
      String where = memory.device() > 0 ? "on the GPU" : "of the process";
      out.put("peak memory", "%,.0f MB %s".formatted(memory.taken() / 1e6, where));
      if (planned > 0) {
        double ratio = (double) memory.taken() / planned;
        out.put(
            "planned memory", "%,.0f MB; measured is %.3f of it".formatted(planned / 1e6, ratio));
      }
    }
    return out;
  }
}
