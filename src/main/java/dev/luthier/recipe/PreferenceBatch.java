package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.tensor.Compute;
import java.util.List;
import java.util.Optional;

/**
 * Judged answers, and for some methods the same answers under the prompts of other rows.
 *
 * @param others one answer for each row, or none
 */
record PreferenceBatch(Read answers, Optional<Read> others) {
  /** Rows and what became of them. */
  record Read(List<AnswersRow> rows, AnswersBatch batch) {
    static Read of(List<AnswersRow> rows, Compute compute) {
      return new Read(rows, AnswersBatch.of(rows, compute));
    }
  }
}
