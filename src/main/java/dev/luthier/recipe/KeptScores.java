package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Numbers about all answers of some rows, kept in a run's directory: what was computed before the
 * first step need not be computed again where the run goes on.
 *
 * @param rows in the order of the numbers
 */
record KeptScores(Path file, List<AnswersRow> rows) {
  private static final String ROWS = "rows";

  /** What an earlier start of the same run wrote under this name, if it was of these rows. */
  Optional<float[]> read(String name) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Scope scope = new Scope();
        Safetensors saved = Safetensors.open(file)) {
      boolean same =
          saved.infos().containsKey(name)
              && Arrays.equals(Ops.toLongs(saved.tensor(ROWS)), prints());
      return same ? Optional.of(Ops.toFloats(saved.tensor(name))) : Optional.empty();
    }
  }

  /**
   * @param scores by name, a number for each answer
   */
  void write(Map<String, float[]> scores) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      scores.forEach((name, all) -> tensors.put(name, Ops.floats(all, Compute.CPU)));
      tensors.put(ROWS, Ops.longs(prints(), Compute.CPU));
      SafetensorsWriter.write(file, tensors, Map.of());
    }
  }

  /** A number for each row, by which a file is known to be of these rows. */
  private long[] prints() {
    return rows.stream()
        .mapToLong(
            row ->
                row.each().stream()
                    .mapToLong(e -> Arrays.hashCode(e.ids()))
                    .reduce(7, (a, b) -> 31 * a + b))
        .toArray();
  }

  /** The numbers of each row's answers, by the row's identity. */
  Map<AnswersRow, float[]> byRow(float[] scores) {
    Map<AnswersRow, float[]> out = new IdentityHashMap<>();
    int at = 0;
    for (AnswersRow row : rows) {
      out.put(row, Arrays.copyOfRange(scores, at, at += row.each().size()));
    }
    return out;
  }
}
