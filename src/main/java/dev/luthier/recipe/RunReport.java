package dev.luthier.recipe;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.AtomicFile;
import dev.luthier.train.Metrics;
import dev.luthier.train.MetricsFile;
import dev.luthier.train.Session;
import dev.luthier.train.TensorBoardFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run leaves behind: metrics, the adapter or model with its card, and report.html. */
final class RunReport {
  private static final int SHOWN = 6;
  private static final ObjectMapper JSON = new ObjectMapper();
  private final SftFlow.Parts<?, ?, ?> parts;
  private final Optional<Exam> exam;
  private final List<String> before;

  private RunReport(SftFlow.Parts<?, ?, ?> parts, Optional<Exam> exam, List<String> before) {
    this.parts = parts;
    this.exam = exam;
    this.before = before;
  }

  /**
   * Lets the model answer some questions before the first step; a resumed run reads those answers.
   *
   * @param from steps that lie behind
   */
  static RunReport begin(SftFlow.Parts<?, ?, ?> parts, Optional<Exam> exam, long from) {
    Path file = parts.output().resolve("answers-before.json");
    try {
      if (from > 0 && Files.exists(file)) {
        List<String> kept = JSON.readValue(file.toFile(), new TypeReference<>() {});
        return new RunReport(parts, exam, kept);
      }
      List<String> answers = exam.map(e -> e.answers(SHOWN)).orElse(List.of());
      AtomicFile.write(file, JSON.writeValueAsBytes(answers));
      return new RunReport(parts, exam, answers);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
  }

  /** metrics.jsonl and TensorBoard's events. */
  static Metrics metrics(Path output, long from) {
    Clock clock = Clock.systemUTC();
    Path lines = output.resolve("metrics.jsonl");
    return Metrics.all(
        List.of(
            from == 0 ? MetricsFile.create(lines, clock) : MetricsFile.resume(lines, clock, from),
            from == 0
                ? TensorBoardFile.create(output, clock)
                : TensorBoardFile.resume(output, clock, from)));
  }

  /** Saves the result and the report, and tells what to type next. */
  void finish(Session.Outcome outcome, PrintWriter out) {
    Recipe recipe = parts.recipe();
    Path into = parts.output().resolve(Training.result(recipe));
    List<MetricsFile.Line> lines = MetricsFile.read(parts.output().resolve("metrics.jsonl"));
    RunResult result = RunResult.of(parts, outcome, lines);
    Map<String, String> results = result.reached(outcome.end());
    parts
        .lesson()
        .remark(result.before(), result.after())
        .ifPresent(sentence -> results.put("note", sentence));
    SavedResult saved = new SavedResult(parts);
    List<String> next = saved.next(into);
    AtomicDirectory.write(into, dir -> saved.save(dir, results, next));
    results.putAll(result.cost()); // no part of what is saved, which is the same for the same run
    Path page = parts.output().resolve("report.html");
    HtmlReport.write(page, data(results, lines, next));
    result.write(parts.output());
    int wide = results.keySet().stream().mapToInt(name -> name.length() + 2).max().orElse(0);
    String row = "%-" + Math.max(24, wide) + "s%s";
    results.forEach((name, value) -> out.println(row.formatted(name, value)));
    out.println();
    out.println("saved     " + into);
    out.println("report    " + page);
    next.forEach(command -> out.println("next      " + command));
    out.flush();
  }

  private ReportData data(
      Map<String, String> results, List<MetricsFile.Line> lines, List<String> next) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("rows to learn from", String.valueOf(parts.corpus().report().trainRows().size()));
    data.put("rows to measure on", String.valueOf(parts.corpus().report().evalRows().size()));
    data.put("tokens", String.valueOf(parts.corpus().report().trainLengths().total()));
    List<String> warnings = parts.corpus().report().warnings();
    data.put("warnings", warnings.isEmpty() ? "none" : String.join("\n", warnings));
    List<ReportData.Facts> facts =
        List.of(
            new ReportData.Facts("Results", results),
            new ReportData.Facts("Model", parts.summary().facts()),
            new ReportData.Facts("Data", data));
    Recipe recipe = parts.recipe();
    return new ReportData(
        recipe.output(), Recipes.print(recipe), facts, series(lines), samples(), next);
  }

  private static List<ReportData.Series> series(List<MetricsFile.Line> lines) {
    Map<String, List<double[]>> points = new LinkedHashMap<>();
    for (MetricsFile.Line line : lines) {
      line.values()
          .forEach(
              (name, value) ->
                  points
                      .computeIfAbsent(name, n -> new ArrayList<>())
                      .add(new double[] {line.step(), value}));
    }
    List<String> plain = List.of("epoch", "tokens", "clock/time", "clock/seconds");
    return points.entrySet().stream()
        .filter(e -> !plain.contains(e.getKey()))
        .map(
            e ->
                new ReportData.Series(
                    e.getKey(),
                    e.getValue().stream().mapToLong(p -> (long) p[0]).toArray(),
                    e.getValue().stream().mapToDouble(p -> p[1]).toArray()))
        .toList();
  }

  private List<ReportData.Sample> samples() {
    List<ReportData.Sample> out = new ArrayList<>();
    exam.ifPresent(
        e -> {
          List<String> after = e.answers(SHOWN);
          for (int i = 0; i < Math.min(after.size(), before.size()); i++) {
            Exam.Question asked = e.questions().get(i);
            out.add(
                new ReportData.Sample(asked.text(), asked.expected(), before.get(i), after.get(i)));
          }
        });
    return out;
  }
}
