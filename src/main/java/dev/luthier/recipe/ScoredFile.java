package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Form;
import dev.luthier.data.JudgedRow;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.reward.EnsembleWay;
import dev.luthier.reward.RewardEnsemble;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The rows of a file as JSON lines with their scores beside what they said: of pairs in two columns
 * chosen_NAME and rejected_NAME, of other forms in one, NAME, which holds a number for a single
 * answer and a list in the order of the row's answers for several. Of several models there are the
 * mean of their scaled scores under that name, each one's own score with the model's name behind
 * it, and the spread.
 *
 * @param column NAME
 */
record ScoredFile(Path file, String column, Form form) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Form> PAIRS =
      Set.of(Form.PREFERENCE, Form.SHAREGPT_PREFERENCE, Form.TRANSCRIPT);

  /**
   * Looks whether it can be written, before the work is done.
   *
   * @throws UserError if its folder is missing, or the rows have a column of these names
   */
  void check(ScoredRows rows, List<String> models) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw new UserError(
          "%s cannot be written: %s"
              .formatted(
                  file,
                  Files.isDirectory(file) ? "it is a folder" : "there is no folder " + folder));
    }
    List<String> names = new ArrayList<>();
    for (String what : suffixes(models)) {
      names.addAll(columns(what));
    }
    for (JudgedRow row : rows.rows()) {
      for (String name : names) {
        if (row.row().columns().containsKey(name)) {
          throw new UserError(
              "%s has a column \"%s\" already; name the new one with --column NAME"
                  .formatted(row.row().place(), name));
        }
      }
    }
  }

  private static List<String> suffixes(List<String> models) {
    List<String> out = new ArrayList<>(List.of(""));
    if (models.size() > 1) {
      models.forEach(name -> out.add("_" + name));
      out.add("_" + RewardEnsemble.SPREAD);
    }
    return out;
  }

  private List<String> columns(String suffix) {
    return PAIRS.contains(form)
        ? List.of("chosen_" + column + suffix, "rejected_" + column + suffix)
        : List.of(column + suffix);
  }

  /** Writes it, whole or not at all. */
  void write(ScoredRows rows, List<Scored> all) {
    boolean several = all.size() > 1;
    Map<String, double[]> values = new LinkedHashMap<>();
    values.put("", several ? Scored.together(all, new EnsembleWay.Mean()) : all.get(0).totals());
    if (several) {
      all.forEach(one -> values.put("_" + one.name(), one.totals()));
      values.put("_" + RewardEnsemble.SPREAD, Scored.spread(all));
    }
    StringBuilder out = new StringBuilder();
    for (int r = 0; r < rows.rows().size(); r++) {
      JudgedRow row = rows.rows().get(r);
      Map<String, Object> columns = new LinkedHashMap<>(row.row().columns());
      int at = r;
      values.forEach(
          (suffix, scores) ->
              put(columns(suffix), inPlace(row, rows.of(at, scores)), columns::put));
      out.append(json(columns)).append('\n');
    }
    AtomicFile.write(file, out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void put(List<String> names, List<Double> scores, BiConsumer<String, Object> row) {
    if (names.size() > 1 || scores.size() == 1) {
      for (int i = 0; i < names.size(); i++) {
        row.accept(names.get(i), scores.get(i));
      }
    } else {
      row.accept(names.get(0), scores);
    }
  }

  /** In the order in which the row has its answers. */
  private static List<Double> inPlace(JudgedRow row, double[] scores) {
    Double[] out = new Double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      out[row.places().get(i)] = scores[i];
    }
    return List.of(out);
  }

  private static String json(Map<String, Object> columns) {
    try {
      return JSON.writeValueAsString(columns);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
