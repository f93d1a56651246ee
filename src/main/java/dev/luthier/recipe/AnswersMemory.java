package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;

/** Keys and values of the answers that an evaluation writes at once. */
final class AnswersMemory {
  private static final int AT_ONCE = 64;

  private AnswersMemory() {}

  /** Their bytes; 0 where it writes none. */
  static <R extends TrainingRow> long of(
      Recipe of, Lesson<R, ?, ?> lesson, Model model, Corpus<R> corpus) {
    int all = Math.min(of.eval().generate(), corpus.eval().list().size());
    int rows = Math.min(all, AT_ONCE);
    if (rows == 0 || !lesson.measures().contains(Measure.EXACT_MATCH)) {
      return 0;
    }
    int longest = corpus.report().evalRows().stream().mapToInt(TrainingRow::length).max().orElse(0);
    return Generative.of(model).bytes(rows, longest, of.eval().maxNewTokens());
  }
}
