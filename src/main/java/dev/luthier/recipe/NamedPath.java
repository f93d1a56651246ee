package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.HubName;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A path that a record of a recipe holds, and its key. */
record NamedPath(String key, Path path) {
  /** All of a record, however deep. */
  static List<NamedPath> in(Record record) {
    List<NamedPath> out = new ArrayList<>();
    collect("", record, out);
    return out;
  }

  private static void collect(String key, Object value, List<NamedPath> out) {
    if (value instanceof Path path) {
      out.add(new NamedPath(key, path));
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresent(v -> collect(key, v, out));
    } else if (value instanceof List<?> list) {
      list.forEach(v -> collect(key, v, out));
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((k, v) -> collect(Nearest.join(key, String.valueOf(k)), v, out));
    } else if (value instanceof Record record) {
      for (RecordComponent c : record.getClass().getRecordComponents()) {
        collect(Nearest.join(key, Schema.snake(c.getName())), Schema.value(c, record), out);
      }
    }
  }

  /**
   * @throws UserError if nothing is there that a run could read
   */
  void check() {
    boolean pattern = path.toString().matches(".*[*?\\[{].*");
    if (!Files.exists(path) && !pattern && !ofHub()) {
      throw new UserError("%s: there is no %s".formatted(key, path));
    }
  }

  /** A model or adapter of the hub, which is fetched when it is needed. */
  private boolean ofHub() {
    boolean model = key.matches("(.*\\.)?(model|adapter|model\\.path)");
    Path first = path.getName(0);
    return model
        && !Files.exists(first)
        && !first.toString().equals("runs")
        && HubName.in(path.toString()).isPresent();
  }
}
