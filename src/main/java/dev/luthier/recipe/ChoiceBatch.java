package dev.luthier.recipe;

import dev.luthier.data.ChoiceRow;
import dev.luthier.data.TrainingRow;
import dev.luthier.loss.ChoiceScores;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Questions whose choices go through the model side by side. Letters: B questions, C the most
 * choices of one, M the tokens of all choices.
 *
 * @param written all choices of all questions, each a sequence
 * @param owner (M) int64, the cell in 0..B C-1 that each learnt token belongs to
 * @param right (B) int64, the places of the right choices
 * @param choices C
 */
record ChoiceBatch<B>(B written, Tensor owner, Tensor right, int choices) {

  static <R extends TrainingRow, B> ChoiceBatch<B> of(
      List<ChoiceRow<R>> rows, B written, Compute compute) {
    int most = rows.stream().mapToInt(row -> row.each().size()).max().orElseThrow();
    int total = rows.stream().flatMap(r -> r.each().stream()).mapToInt(R::targets).sum();
    long[] owner = new long[total];
    int m = 0;
    for (int b = 0; b < rows.size(); b++) {
      List<R> each = rows.get(b).each();
      for (int c = 0; c < each.size(); c++) {
        for (int t = 0; t < each.get(c).targets(); t++) {
          owner[m++] = (long) b * most + c;
        }
      }
    }
    long[] right = rows.stream().mapToLong(ChoiceRow::right).toArray();
    return new ChoiceBatch<>(written, Ops.longs(owner, compute), Ops.longs(right, compute), most);
  }

  /**
   * @param logits (M, V)
   * @param targets (M)
   */
  ChoiceScores scores(Tensor logits, Tensor targets) {
    return ChoiceScores.of(logits, targets, owner, right.numel(), choices);
  }
}
