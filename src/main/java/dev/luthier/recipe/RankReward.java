package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.SideBySide;
import dev.luthier.data.Takes;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.loss.Loss;
import dev.luthier.loss.PlackettLuce;
import dev.luthier.tensor.Compute;
import org.bytedeco.pytorch.Tensor;

/** A ranking is drawn answer by answer, by the softmax of rewards: {@link PlackettLuce}. */
@Name("plackett_luce")
@Doc(
    "Of rankings without ties, one answer after the other is drawn from those left, by the softmax"
        + " of rewards (Plackett 1975, Luce 1959); a pair is a ranking of two")
public record RankReward() implements RewardLoss {
  @Override
  public Takes takes() {
    return Takes.RANKINGS;
  }

  /** C is the most answers of a row. */
  @Override
  public Loss of(Tensor scores, AnswersBatch batch, double denominator) {
    SideBySide rows = SideBySide.of(batch);
    Compute compute = batch.compute();
    Tensor each = rows.gather(scores.reshape(-1), compute); // (R, C)
    return new PlackettLuce().of(each, rows.ranks(compute), denominator);
  }

  @Override
  public Tally<AnswersRow> tally(ByLength length) {
    return new RewardTally(length, 0);
  }
}
