package dev.luthier.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Draws a held-out measure of runs over their steps: {@code java ... PolicyCurves OUT.svg MEASURE
 * NAME=RUN ...}; MEASURE is reward or gold, RUN a run's directory or its metrics.
 */
public final class PolicyCurves {

  private PolicyCurves() {}

  public static void main(String[] arguments) throws IOException {
    List<ReportData.Series> runs = new ArrayList<>();
    for (String argument : Arrays.asList(arguments).subList(2, arguments.length)) {
      String[] parts = argument.split("=", 2);
      Path run = Path.of(parts[1]);
      Path metrics = Files.isDirectory(run) ? run.resolve("metrics.jsonl") : run;
      runs.add(series(parts[0], arguments[1], metrics));
    }
    Files.writeString(Path.of(arguments[0]), Curves.draw(runs).get(0).svg());
  }

  private static ReportData.Series series(String name, String measure, Path metrics)
      throws IOException {
    String key = "eval/" + measure;
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(metrics)) {
      JsonNode read = new ObjectMapper().readTree(line);
      if (read.has(key)) {
        lines.add(read);
      }
    }
    return new ReportData.Series(
        name + "/held_out_" + measure,
        lines.stream().mapToLong(l -> l.get("step").asLong()).toArray(),
        lines.stream().mapToDouble(l -> l.get(key).asDouble()).toArray());
  }
}
