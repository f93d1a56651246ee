package dev.luthier.recipe;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.AtomicFile;
import dev.luthier.model.Model;
import dev.luthier.reward.Reward;
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
  private final Optional<Exam> measured;
  private final Optional<Exam> exam;
  private final List<Exam.Answer> before;

  private RunReport(
      SftFlow.Parts<?, ?, ?> parts,
      Optional<Exam> measured,
      Optional<Exam> exam,
      List<Exam.Answer> before) {
    this.parts = parts;
    this.measured = measured;
    this.exam = exam;
    this.before = before;
  }

  /**
   * Lets the model answer some questions before the first step; a resumed run reads those answers.
   *
   * @param evaluation where there are rows to measure on
   * @param from steps that lie behind
   */
  static <R extends TrainingRow, M extends Model> RunReport begin(
      SftFlow.Parts<R, ?, M> parts,
      Optional<? extends LessonEvaluation<R, ?, M>> evaluation,
      long from) {
    Recipe recipe = parts.recipe();
    Optional<Exam> measured = evaluation.map(LessonEvaluation::exam);
    Optional<Exam> exam =
        measured.map(
            e ->
                parts
                    .lesson()
                    .exam(
                        parts.adapted().model(),
                        parts.corpus(),
                        recipe.eval().comparing(recipe.seed())));
    Path file = parts.output().resolve("answers-before.json");
    try {
      if (from > 0 && Files.exists(file)) {
        List<Exam.Answer> kept = JSON.readValue(file.toFile(), new TypeReference<>() {});
        return new RunReport(parts, measured, exam, kept);
      }
      List<Exam.Answer> answers = exam.map(e -> e.answers(shown(parts, e))).orElse(List.of());
      AtomicFile.write(file, JSON.writeValueAsBytes(answers));
      return new RunReport(parts, measured, exam, answers);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
  }

  private static int shown(SftFlow.Parts<?, ?, ?> parts, Exam exam) {
    return parts.lesson().writes() ? exam.questions().size() : SHOWN;
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
    Behind.told(lines).ifPresent(far -> results.put("behind", far));
    measured.ifPresent(e -> results.putAll(e.notMeasured()));
    SavedResult saved = new SavedResult(parts);
    List<String> next = saved.next(into);
    AtomicDirectory.write(into, dir -> saved.save(dir, results, next));
    SideBySide sides = sides(results); // a judge that fails does not undo what is saved
    results.putAll(result.cost()); // no part of what is saved, which is the same for the same run
    Path page = parts.output().resolve("report.html");
    HtmlReport.write(page, data(results, lines, sides, next));
    result.with(Compared.of(sides).values()).write(parts.output());
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
      Map<String, String> results,
      List<MetricsFile.Line> lines,
      SideBySide sides,
      List<String> next) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("rows to learn from", String.valueOf(parts.corpus().report().trainRows().size()));
    data.put("rows to measure on", String.valueOf(parts.corpus().report().evalRows().size()));
    data.put("tokens", String.valueOf(parts.corpus().report().trainLengths().total()));
    data.putAll(AnswerLengths.facts(parts.corpus().report().trainRows()));
    List<String> warnings = parts.corpus().report().warnings();
    data.put("warnings", warnings.isEmpty() ? "none" : String.join("\n", warnings));
    List<ReportData.Facts> facts =
        List.of(
            new ReportData.Facts("Results", results),
            new ReportData.Facts("Model", parts.summary().facts()),
            new ReportData.Facts("Data", data));
    Recipe recipe = parts.recipe();
    return new ReportData(
        recipe.output(),
        Recipes.print(recipe),
        facts,
        series(lines),
        SideTable.samples(sides),
        next);
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

  /** The answers before beside those of now, judged where somebody judges. */
  private SideBySide sides(Map<String, String> results) {
    SideBySide sides =
        exam.map(e -> SideBySide.of(e.questions(), before, e.answers(before.size())))
            .orElse(SideBySide.NONE);
    Optional<Scorer> judge = parts.recipe().eval().compare().judge();
    if (judge.isPresent() && !sides.pairs().isEmpty()) {
      try (Reward reward = judge.get().open(parts.recipe().model().device())) {
        sides = sides.by(reward);
        results.put("judge", CompareSpec.told(judge.get()));
      } catch (UserError e) {
        results.put("win rate", "not measured: " + e.getMessage());
      }
    }
    if (sides.written()) {
      results.putAll(Compared.of(sides).facts());
      sides.write(parts.output().resolve("answers.jsonl"));
    }
    return sides;
  }
}
