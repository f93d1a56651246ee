package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One report over all stages: what each took in, what it gained, how long it took, what it left.
 */
record StagesReport(Stages stages, HeldOutScores scores) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Measures that say best what a stage reached; the first that it has is in the table. */
  private static final List<String> TELLING =
      List.of("reward", "exact_match", "accuracy", "outcome", "loss");

  /** What one stage came to. */
  private record Row(
      Staged staged,
      double seconds,
      Map<String, Stage.Change> own,
      Map<String, Stage.Change> held) {
    Map<String, Object> json() {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("stage", staged.name());
      out.put("what", staged.stage().what());
      out.put("from", List.copyOf(staged.inputs().keySet()));
      out.put("seconds", seconds);
      out.put("measured", changes(own));
      out.put("held_out", changes(held));
      Map<String, String> left = new LinkedHashMap<>();
      staged.artefacts().entrySet().stream()
          .filter(a -> Files.exists(a.getValue()))
          .forEach(a -> left.put(a.getKey(), a.getValue().toString()));
      out.put("artefacts", left);
      return out;
    }

    private static Map<String, Object> changes(Map<String, Stage.Change> of) {
      Map<String, Object> out = new LinkedHashMap<>();
      of.forEach(
          (name, change) -> {
            Map<String, Double> both = new LinkedHashMap<>();
            if (!Double.isNaN(change.before())) {
              both.put("before", change.before());
            }
            both.put("after", change.after());
            out.put(name, both);
          });
      return out;
    }
  }

  /** Writes report.md and report.json, and prints the table. */
  void write(PrintWriter out) {
    List<Row> rows = stages.all().stream().map(this::row).toList();
    Path folder = stages.output().resolve(StagesTree.REPORT);
    try {
      Files.createDirectories(folder);
      AtomicFile.write(
          folder.resolve("report.json"),
          JSON.writerWithDefaultPrettyPrinter()
              .writeValueAsBytes(rows.stream().map(Row::json).toList()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UserError("cannot make %s: %s".formatted(folder, UserError.reason(e)), e);
    }
    AtomicFile.write(folder.resolve("report.md"), markdown(rows).getBytes(StandardCharsets.UTF_8));
    out.println(text(rows));
    out.println();
    out.println("report    " + folder.resolve("report.md"));
    out.flush();
  }

  private Row row(Staged staged) {
    double wall = StageRecord.of(staged).map(StageRecord::seconds).orElse(0.0);
    Map<String, Stage.Change> held = new LinkedHashMap<>();
    Optional<String> before = scores.before(staged);
    scores
        .scores(staged.name())
        .forEach(
            (name, after) ->
                held.put(
                    name,
                    new Stage.Change(
                        before.map(scores::scores).orElse(Map.of()).getOrDefault(name, Double.NaN),
                        after)));
    return new Row(
        staged,
        Math.max(wall, TrainStage.stepSeconds(staged.dir())), // killed processes told no time
        new TreeMap<>(staged.stage().measured(staged.dir())),
        held);
  }

  private static String change(Stage.Change change) {
    return Double.isNaN(change.before())
        ? "%.4f".formatted(change.after())
        : "%.4f -> %.4f (%+.4f)"
            .formatted(change.before(), change.after(), change.after() - change.before());
  }

  private static String told(Row row) {
    Map<String, Stage.Change> own = row.own();
    return Stream.concat(TELLING.stream(), own.keySet().stream())
        .flatMap(name -> Stream.ofNullable(own.get(name)).map(c -> name + " " + change(c)))
        .findFirst()
        .orElse("");
  }

  private static List<List<String>> cells(List<Row> rows, List<String> scorers) {
    List<List<String>> out = new ArrayList<>();
    List<String> head =
        new ArrayList<>(List.of("stage", "what", "from", "seconds", "its own measure"));
    scorers.forEach(name -> head.add("held out: " + name));
    out.add(head);
    for (Row row : rows) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  row.staged().name(),
                  row.staged().stage().what(),
                  String.join(", ", row.staged().inputs().keySet()),
                  "%.1f".formatted(row.seconds()),
                  told(row)));
      scorers.forEach(
          name ->
              cells.add(
                  Optional.ofNullable(row.held().get(name)).map(StagesReport::change).orElse("")));
      out.add(cells);
    }
    return out;
  }

  private List<String> scorers() {
    return stages.heldOut().map(h -> List.copyOf(h.scorers().keySet())).orElse(List.of());
  }

  private String text(List<Row> rows) {
    List<List<String>> cells = cells(rows, scorers());
    int[] wide =
        IntStream.range(0, cells.get(0).size())
            .map(i -> cells.stream().mapToInt(c -> c.get(i).length()).max().orElse(0))
            .toArray();
    return cells.stream()
        .map(
            c ->
                IntStream.range(0, c.size())
                    .mapToObj(i -> c.get(i) + " ".repeat(wide[i] - c.get(i).length()))
                    .collect(Collectors.joining("  "))
                    .stripTrailing())
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private String markdown(List<Row> rows) {
    StringBuilder out = new StringBuilder("# %s%n%n".formatted(stages.output()));
    List<List<String>> cells = cells(rows, scorers());
    for (int i = 0; i < cells.size(); i++) {
      out.append("| ").append(String.join(" | ", cells.get(i))).append(" |\n");
      if (i == 0) {
        out.append("|---".repeat(cells.get(0).size())).append("|\n");
      }
    }
    for (Row row : rows) {
      out.append("\n## ").append(row.staged().name()).append("\n\n");
      row.own().forEach((name, c) -> out.append("- %s: %s%n".formatted(name, change(c))));
      row.staged()
          .artefacts()
          .forEach(
              (name, path) -> {
                if (Files.exists(path)) {
                  out.append("- `${%s.%s}`: %s%n".formatted(row.staged().name(), name, path));
                }
              });
      out.append("\n```yaml\n").append(row.staged().stage().text()).append("```\n");
    }
    return out.toString();
  }
}
