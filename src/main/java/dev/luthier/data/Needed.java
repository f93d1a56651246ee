package dev.luthier.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The columns that a form needs. Each part may be called in several ways, and a way may take
 * several columns.
 *
 * @param parts for each part, the ways in which it may be given; the first that is there counts
 */
record Needed(List<List<List<String>>> parts) {

  /** All of these columns. */
  static Needed all(String... columns) {
    return new Needed(Arrays.stream(columns).map(c -> List.of(List.of(c))).toList());
  }

  /** The names under which a single column may be found. */
  static List<List<String>> oneOf(String... columns) {
    return Arrays.stream(columns).map(List::of).toList();
  }

  boolean isIn(Set<String> columns) {
    return parts.stream().allMatch(ways -> find(ways, columns).isPresent());
  }

  /**
   * The columns in which a row has a part.
   *
   * @throws RefusedRow if it lacks the part
   */
  static List<String> columns(List<List<String>> ways, Map<String, ?> row) {
    return find(ways, row.keySet())
        .orElseThrow(() -> new RefusedRow("a column is missing: " + spell(ways)));
  }

  private static Optional<List<String>> find(List<List<String>> ways, Set<String> columns) {
    return ways.stream().filter(columns::containsAll).findFirst();
  }

  private static String spell(List<List<String>> ways) {
    return ways.stream().map(way -> String.join(" + ", way)).collect(Collectors.joining(" | "));
  }

  @Override
  public String toString() {
    return parts.stream().map(Needed::spell).collect(Collectors.joining(", ", "[", "]"));
  }
}
