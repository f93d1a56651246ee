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
 * Draws the held-out reward of runs over their steps: {@code java ... PolicyCurves OUT.svg NAME=RUN
 * ...}, a run's directory or its metrics.
 */
public final class PolicyCurves {
  private static final String REWARD = "eval/reward";

  private PolicyCurves() {}

  public static void main(String[] arguments) throws IOException {
    List<ReportData.Series> runs = new ArrayList<>();
    for (String argument : Arrays.asList(arguments).subList(1, arguments.length)) {
      String[] parts = argument.split("=", 2);
      Path run = Path.of(parts[1]);
      runs.add(series(parts[0], Files.isDirectory(run) ? run.resolve("metrics.jsonl") : run));
    }
    Files.writeString(Path.of(arguments[0]), Curves.draw(runs).get(0).svg());
  }

  private static ReportData.Series series(String name, Path metrics) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(metrics)) {
      JsonNode read = new ObjectMapper().readTree(line);
      if (read.has(REWARD)) {
        lines.add(read);
      }
    }
    return new ReportData.Series(
        name + "/held_out_reward",
        lines.stream().mapToLong(l -> l.get("step").asLong()).toArray(),
        lines.stream().mapToDouble(l -> l.get(REWARD).asDouble()).toArray());
  }
}
