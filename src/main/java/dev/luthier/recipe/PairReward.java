package dev.luthier.recipe;

import dev.luthier.data.AllPairs;
import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.loss.BradleyTerry;
import dev.luthier.loss.Loss;
import dev.luthier.tensor.Compute;
import org.bytedeco.pytorch.Tensor;

/** The better answer of a pair has the higher reward: {@link BradleyTerry}. */
@Name("bradley_terry")
@Doc(
    "Of pairs, the better answer has the higher reward (Bradley and Terry 1952); soft labels and"
        + " margins count, rankings and grades become all their pairs")
public record PairReward(
    @Doc(
            value = "How strongly the two rewards of a pair are drawn to add up to 0",
            elsewhere = {"center_rewards_coefficient"})
        @Default("0.01")
        double centering)
    implements RewardLoss {
  private static final double EVEN = 0.5;

  public PairReward {
    new BradleyTerry(centering); // checks it
  }

  @Override
  public Takes takes() {
    return Takes.PAIRS;
  }

  @Override
  public Samples converted(Samples read) {
    return read.converted(new AllPairs());
  }

  @Override
  public Loss of(Tensor scores, AnswersBatch batch, double denominator) {
    Compute compute = batch.compute();
    Tensor rewards = scores.reshape(-1); // (K)
    return new BradleyTerry(centering)
        .of(
            rewards.index_select(0, batch.places(0, compute)), // (R)
            rewards.index_select(0, batch.places(1, compute)),
            PairObjective.labels(batch, compute),
            denominator);
  }

  @Override
  public Tally<AnswersRow> tally(ByLength length) {
    return new RewardTally(length, EVEN);
  }
}
