package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.Judgement;
import dev.luthier.data.Takes;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.loss.Loss;
import dev.luthier.loss.PlackettLuce;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
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
    Compute compute = batch.compute();
    int[] starts = batch.starts();
    int rows = starts.length - 1;
    int most = 0;
    for (int r = 0; r < rows; r++) {
      most = Math.max(most, starts[r + 1] - starts[r]);
    }
    long[] places = new long[rows * most]; // where there is no answer any place will do
    long[] ranks = new long[rows * most];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < starts[r + 1] - starts[r]; i++) {
        places[r * most + i] = starts[r] + i;
        ranks[r * most + i] = 1 + rank(batch.judgements().get(r), i);
      }
    }
    Tensor each = scores.reshape(-1).index_select(0, Ops.longs(places, compute)); // (R C)
    return new PlackettLuce()
        .of(each.view(rows, most), Ops.longs(ranks, compute).view(rows, most), denominator);
  }

  /** Answers stand from the best to the worst; of a pair that is certain the first is better. */
  private static long rank(Judgement judgement, int answer) {
    return judgement instanceof Judgement.Ranked ranked ? ranked.ranks().get(answer) : answer;
  }

  @Override
  public Tally<AnswersRow> tally(ByLength length) {
    return new RewardTally(length, 0);
  }
}
