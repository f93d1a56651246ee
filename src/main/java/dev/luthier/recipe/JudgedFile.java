package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.luthier.data.Candidates;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.judge.Opinion;
import dev.luthier.judge.Pair;
import dev.luthier.judge.Trust;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judged rows as JSON lines: {@code chosen}, {@code rejected}, {@code probability}, what the judge
 * said in both orders and what the file said before, and all other columns of the row. Columns that
 * go with an answer, {@code X_a} with {@code X_b} or {@code chosen_X} with {@code rejected_X}, go
 * along with it.
 *
 * @param column what the judge said stands there
 * @param least rows whose better answer is less probable than this are left out
 * @param kept which pairs of several answers become rows
 */
public record JudgedFile(Path file, String column, double least, Kept kept) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public JudgedFile {
    Check.within("--least", 1 / 2.0, 1, least);
  }

  /** A file beside it. */
  Path beside(String ending) {
    return file.resolveSibling(file.getFileName() + ending);
  }

  /**
   * Looks whether it can be written, before the work is done.
   *
   * @throws UserError if its folder is missing, or the rows have the column
   */
  void check(List<Candidates> rows) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw new UserError(
          "--out %s cannot be written: %s"
              .formatted(
                  file,
                  Files.isDirectory(file) ? "it is a folder" : "there is no folder " + folder));
    }
    for (Candidates row : rows) {
      if (row.row().columns().containsKey(column)) {
        throw new UserError(
            "%s has a column \"%s\" already; name the new one with --column NAME"
                .formatted(row.row().place(), column));
      }
    }
  }

  /**
   * Writes it, whole or not at all.
   *
   * @param opinions of all pairs of all rows, in their order
   * @param judge who it was
   * @return how many rows
   */
  long write(List<JudgedPairs> rows, List<Optional<Opinion>> opinions, String judge) {
    StringBuilder out = new StringBuilder();
    long count = 0;
    int from = 0;
    for (JudgedPairs row : rows) {
      List<Optional<Opinion>> own = opinions.subList(from, from + row.pairs().size());
      from += row.pairs().size();
      for (int p : kept.of(row, own)) {
        Opinion opinion = own.get(p).orElseThrow();
        if (Math.max(opinion.probability(), 1 - opinion.probability()) >= least) {
          out.append(line(row, p, opinion, judge)).append('\n');
          count++;
        }
      }
    }
    AtomicFile.write(file, out.toString().getBytes(StandardCharsets.UTF_8));
    return count;
  }

  private String line(JudgedPairs row, int p, Opinion opinion, String judge) {
    Pair pair = row.pairs().get(p);
    boolean first = opinion.verdict() >= 0;
    List<Object> values = row.row().values();
    int[] places = row.places().get(p);
    Map<String, Object> out = new LinkedHashMap<>();
    out.putAll(new SidedColumns(pair.columns()).turned(first));
    out.put("chosen", values.get(first ? places[0] : places[1]));
    out.put("rejected", values.get(first ? places[1] : places[0]));
    Opinion turned = first ? opinion : opinion.swapped();
    out.put("probability", turned.probability());
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("by", judge);
    said.put("shown_first", turned.ahead());
    said.put("shown_second", turned.behind());
    pair.label().ifPresent(label -> said.put("file", first ? label : 1 - label));
    out.put(column, said);
    return json(JSON, out);
  }

  /** Writes what was found out of the judge. */
  void report(String judge, String data, long rows, Trust trust) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("judge", judge);
    out.put("data", data);
    out.put("rows", rows);
    out.putAll(trust.json());
    String text = json(JSON.copy().enable(SerializationFeature.INDENT_OUTPUT), out) + "\n";
    AtomicFile.write(beside(".report.json"), text.getBytes(StandardCharsets.UTF_8));
  }

  private static String json(ObjectMapper mapper, Map<String, Object> value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
