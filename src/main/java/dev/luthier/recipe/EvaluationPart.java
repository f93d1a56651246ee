package dev.luthier.recipe;

import dev.luthier.data.MicroBatch;
import dev.luthier.data.TrainingRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Rows that are measured together, all of one task.
 *
 * @param draw which ones they are
 */
record EvaluationPart<R extends TrainingRow>(int task, List<R> rows, Draw draw) {
  /** All rows of the evaluation, each part small enough for the memory of a training part. */
  static <R extends TrainingRow> List<EvaluationPart<R>> of(Corpus<R> corpus, OptimSpec optim) {
    List<R> rows = corpus.report().evalRows();
    Map<R, Integer> numbers = RowSteps.numbered(rows);
    Map<Integer, List<R>> byTask =
        rows.stream()
            .collect(
                Collectors.groupingBy(corpus.tasks()::number, TreeMap::new, Collectors.toList()));
    List<EvaluationPart<R>> out = new ArrayList<>();
    byTask.forEach(
        (task, own) -> {
          for (List<R> part : new MicroBatch.Rows(optim.rowsAtOnce()).split(own)) {
            long[] which = part.stream().mapToLong(numbers::get).toArray();
            out.add(new EvaluationPart<>(task, part, new Draw(Draw.EVALUATION, which)));
          }
        });
    return out;
  }
}
