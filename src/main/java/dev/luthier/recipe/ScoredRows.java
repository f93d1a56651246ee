package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.JudgedRow;
import dev.luthier.data.Judgement;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows of judged answers to be scored. All answers of all rows stand one behind the other, K of
 * them.
 *
 * @param starts (R + 1), the first answer of each row, and K
 */
record ScoredRows(List<JudgedRow> rows, int[] starts) {
  static ScoredRows of(List<JudgedRow> rows) {
    int[] starts = new int[rows.size() + 1];
    for (int r = 0; r < rows.size(); r++) {
      starts[r + 1] = starts[r] + rows.get(r).answers().each().size();
    }
    return new ScoredRows(rows, starts);
  }

  /** K. */
  int answers() {
    return starts[rows.size()];
  }

  /** Whether no row has answers to compare. */
  boolean single() {
    return answers() == rows.size();
  }

  /** The answers as scorers are asked for them. */
  List<Asked> asked() {
    return rows.stream().flatMap(ScoredRows::asked).toList();
  }

  private static Stream<Asked> asked(JudgedRow row) {
    return row.answers().each().stream()
        .map(one -> new Asked(one, row.row().columns(), 0, row.row().place()));
  }

  /** Those rows of which all answers are short enough for all models. */
  ScoredRows takenBy(List<TokenReward> models) {
    return of(
        rows.stream()
            .filter(
                row -> asked(row).allMatch(a -> models.stream().allMatch(model -> model.takes(a))))
            .toList());
  }

  /**
   * The scores, (K).
   *
   * @throws UserError naming the row where there is none
   */
  double[] totals(String name, List<Score> scores) {
    for (int r = 0; r < rows.size(); r++) {
      for (Score score : scores.subList(starts[r], starts[r + 1])) {
        if (!Double.isFinite(score.total())) {
          throw new UserError(
              "%s: %s finds an answer worth %s, which is no number; look at the run that trained it"
                  .formatted(rows.get(r).row().place(), name, score.total()));
        }
      }
    }
    return scores.stream().mapToDouble(Score::total).toArray();
  }

  /** Those of one row. */
  double[] of(int row, double[] scores) {
    return Arrays.copyOfRange(scores, starts[row], starts[row + 1]);
  }

  /** The length of each answer in characters, (K). */
  double[] lengths() {
    return rows.stream()
        .flatMap(row -> row.answers().each().stream())
        .mapToDouble(one -> one.said().length())
        .toArray();
  }

  /** What single answers are worth by their raters, (K): a label or a grade. */
  double[] worth() {
    return rows.stream()
        .mapToDouble(
            row ->
                row.answers().judgement() instanceof Judgement.Graded graded
                    ? graded.grade(0)
                    : row.answers().judgement().of(0).get(0))
        .toArray();
  }

  /** For every pair of a row's answers of which one is better: its place and the other's. */
  List<int[]> pairs() {
    List<int[]> out = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) {
      Example.Answers answers = rows.get(r).answers();
      for (int i = 0; i < answers.each().size(); i++) {
        for (int j = 0; j < answers.each().size(); j++) {
          if (answers.judgement().better(i, j)) {
            out.add(new int[] {starts[r] + i, starts[r] + j});
          }
        }
      }
    }
    return out;
  }

  /** Whether some answer of a judgement is better than another. */
  static boolean ordered(Judgement judgement) {
    return IntStream.range(0, judgement.answers())
        .anyMatch(
            i -> IntStream.range(0, judgement.answers()).anyMatch(j -> judgement.better(i, j)));
  }
}
