package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives a file's columns the names that the forms know. The key is our name, the value theirs:
 * {@code {prompt: question, completion: answer}} takes the prompt from column {@code question}. A
 * name with dots reaches inside, counting lists from 0: {@code instances.0.output}.
 *
 * @param theirs the column of the file for each of our names
 * @param set columns that no file has, with the value of every row: {@code {label: negative}}
 */
public record Columns(Map<String, String> theirs, Map<String, String> set) {
  /** Every column keeps its name. */
  public static final Columns AS_THEY_ARE = new Columns(Map.of());

  public Columns {
    theirs = Map.copyOf(theirs);
    set = Map.copyOf(set);
  }

  /** Columns under other names. */
  public Columns(Map<String, String> theirs) {
    this(theirs, Map.of());
  }

  /**
   * @param first the first row of a file
   * @throws UserError if a mapped column is not in it, or one to be set is
   */
  public void check(Row first) {
    theirs.forEach(
        (ours, name) -> {
          if (find(first.columns(), name) == null) {
            throw new UserError(
                "%s: data.columns takes %s from \"%s\", but the columns are %s"
                    .formatted(
                        first.place(), ours, name, String.join(", ", first.columns().keySet())));
          }
        });
    for (String ours : set.keySet()) {
      if (rename(first, Map.of()).columns().containsKey(ours)) {
        throw new UserError(
            "%s: data.set gives %s a value, but the file has that column; remove one of them"
                .formatted(first.place(), ours));
      }
    }
  }

  /**
   * @return the row with our names; mapped columns no longer appear under theirs, and one that this
   *     row lacks is null
   */
  public Row rename(Row row) {
    return rename(row, set);
  }

  private Row rename(Row row, Map<String, String> constants) {
    if (theirs.isEmpty() && constants.isEmpty()) {
      return row;
    }
    Map<String, Object> columns = new LinkedHashMap<>(row.columns());
    columns.keySet().removeAll(theirs.values());
    theirs.forEach((ours, name) -> columns.put(ours, find(row.columns(), name)));
    columns.putAll(constants);
    return new Row(columns, row.place());
  }

  private static @Nullable Object find(Map<String, Object> columns, String name) {
    if (columns.containsKey(name)) {
      return columns.get(name);
    }
    Object value = columns;
    for (String step : name.split("\\.", -1)) {
      if (value instanceof Map<?, ?> map) {
        value = map.get(step);
      } else if (value instanceof List<?> list
          && step.matches("\\d{1,9}")
          && Integer.parseInt(step) < list.size()) {
        value = list.get(Integer.parseInt(step));
      } else {
        return null;
      }
    }
    return value;
  }
}
