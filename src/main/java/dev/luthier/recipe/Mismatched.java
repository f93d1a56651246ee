package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Report;
import dev.luthier.data.TokenRow;
import dev.luthier.model.CausalLm;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * For every row with one answer the answer to another prompt behind its own: what KTO measures the
 * distance from the reference by. It is the same in every epoch, so that the reference need read it
 * only once.
 *
 * @param next by row, by identity
 */
record Mismatched(Map<AnswersRow, AnswersRow> next) {
  static final Mismatched NONE = new Mismatched(Map.of());

  /** For a run that begins, which says what a step in parts changes. */
  static Mismatched of(Beginner<AnswersRow, CausalLm> run) {
    OptimSpec optim = run.recipe().optim();
    if (optim.rowsAtOnce() < optim.batch()) {
      run.note()
          .accept(
              "the distance from the reference is the mean of each %d rows that go through the model at once, not of all %d of a step"
                  .formatted(optim.rowsAtOnce(), optim.batch()));
    }
    return of(run.corpus().report(), run.corpus().maxLength());
  }

  static Mismatched of(Report<AnswersRow> report, int maxLength) {
    Map<AnswersRow, AnswersRow> out = new IdentityHashMap<>();
    add(report.trainRows(), maxLength, out);
    add(report.evalRows(), maxLength, out);
    return new Mismatched(out);
  }

  private static void add(List<AnswersRow> rows, int maxLength, Map<AnswersRow, AnswersRow> out) {
    int[] others = others(rows);
    for (int i = 0; i < rows.size(); i++) {
      out.put(rows.get(i), swapped(rows.get(i), rows.get(others[i]), maxLength));
    }
  }

  /**
   * For each row the place of the next one with another prompt, from the top again at the end: rows
   * made of one pair stand side by side. Where all ask the same, it is any row.
   */
  static int[] others(List<AnswersRow> rows) {
    int n = rows.size();
    int[] out = IntStream.range(0, n).map(i -> (i + 1) % n).toArray();
    for (int k = 2 * n - 2; k >= 0; k--) { // twice around, so that the end knows the beginning
      int i = k % n;
      int j = (k + 1) % n;
      boolean same = Arrays.equals(prompt(rows.get(i)), prompt(rows.get(j)));
      out[i] = same ? out[j] : j;
    }
    return out;
  }

  private static int[] prompt(AnswersRow row) {
    return Arrays.copyOf(row.each().get(0).ids(), row.prompt());
  }

  /** The prompt of one row and the answer of another, whose end is cut off where it is too long. */
  static AnswersRow swapped(AnswersRow prompt, AnswersRow answer, int maxLength) {
    int[] begin = prompt(prompt);
    int[] all = answer.each().get(0).ids();
    int room = Math.max(1, maxLength - begin.length);
    int[] said =
        Arrays.copyOfRange(all, answer.prompt(), Math.min(all.length, answer.prompt() + room));
    return new AnswersRow(
        List.of(TokenRow.answering(begin, said)), prompt.judgement(), begin.length);
  }

  /** Those of some rows; before a run has begun the rows themselves. */
  List<AnswersRow> of(List<AnswersRow> rows) {
    return rows.stream().map(row -> next.getOrDefault(row, row)).toList();
  }
}
