package dev.luthier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws the figures of a simulated month from the tables of docs/online.md: {@code java ...
 * dev.luthier.MonthFigures docs}.
 */
public final class MonthFigures {
  private static final List<String> WAYS =
      List.of("filter", "no filter", "all honest", "never tuned");
  private static final List<String> HABITS = List.of("right", "opening", "closing", "advert");

  private MonthFigures() {}

  public static void main(String[] arguments) throws IOException {
    Path docs = Path.of(arguments[0]);
    for (Figure figure : all(docs)) {
      Files.writeString(docs.resolve(figure.name() + ".svg"), figure.svg());
    }
  }

  static List<Figure> all(Path docs) throws IOException {
    Path page = docs.resolve("online.md");
    return List.of(
        figure("month-score", "true score, points", 30, 90, table(page, WAYS), WAYS),
        figure("month-habits", "share of answers", 0, 1, table(page, HABITS), HABITS));
  }

  private static Figure figure(
      String name,
      String y,
      double low,
      double high,
      Map<String, double[]> columns,
      List<String> shown) {
    double[] cycles = columns.get("cycle");
    List<Figure.Series> series = new ArrayList<>();
    for (String column : shown) {
      series.add(
          new Figure.Series(column, Figure.Look.LINE_AND_POINTS, cycles, columns.get(column)));
    }
    return new Figure(name, "cycle", y, low, high, false, series, List.of());
  }

  /** The first table whose columns begin with cycle and these. */
  private static Map<String, double[]> table(Path page, List<String> columns) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>();
    for (String line : Files.readAllLines(page)) {
      List<String> cells = line.startsWith("|") ? Figure.cells(line) : List.of();
      if (head.isEmpty()) {
        boolean found = !cells.isEmpty() && cells.get(0).equals("cycle");
        if (found && cells.subList(1, Math.min(cells.size(), columns.size() + 1)).equals(columns)) {
          head.addAll(cells);
        }
      } else if (cells.isEmpty()) {
        break;
      } else if (!cells.get(0).startsWith("-")) {
        rows.add(cells);
      }
    }
    Map<String, double[]> out = new LinkedHashMap<>();
    for (int c = 0; c <= columns.size(); c++) {
      int column = c;
      out.put(
          head.get(c),
          rows.stream().mapToDouble(row -> Double.parseDouble(row.get(column))).toArray());
    }
    return out;
  }
}
