package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.AspectPairs;
import dev.luthier.data.Judgement;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import dev.luthier.loss.BradleyTerry;
import dev.luthier.loss.Loss;
import dev.luthier.loss.PairLabels;
import dev.luthier.model.Labels;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A head for each aspect, each with a Bradley-Terry model of its own: of two answers the one with
 * the higher grade in an aspect has the higher reward there, whatever the other aspects say, as
 * helpfulness and harmlessness have in Safe RLHF (Dai et al. 2023,
 * https://arxiv.org/abs/2310.12773), there with a model for each. The loss is the mean over all
 * aspects of all pairs in which the grades differ,
 *
 * <pre>
 * L = -log sigmoid(r_a(better in a) - r_a(worse in a)) + c (r_a(better) + r_a(worse))^2
 * </pre>
 *
 * Grades tell an order alone; by how much they differ counts in {@link PairReward}.
 */
@Name("bradley_terry_aspects")
@Doc(
    "Of graded answers, a head for each aspect: of all pairs the one with the higher grade in an"
        + " aspect has the higher reward there (Safe RLHF, arXiv 2310.12773); equal grades teach"
        + " nothing")
public record AspectReward(
    @Doc(
            value = "How strongly the two rewards of a pair are drawn to add up to 0",
            elsewhere = {"center_rewards_coefficient"})
        @Default("0.01")
        double centering,
    @Doc("Which aspects have a head, in the order of the heads; unset: all that rows are graded in")
        @Default("[]")
        List<String> aspects)
    implements RewardLoss {
  private static final double EVEN = 0.5;

  public AspectReward {
    new BradleyTerry(centering); // checks it
    aspects = List.copyOf(aspects);
    if (new HashSet<>(aspects).size() < aspects.size()) {
      throw new UserError(
          "bradley_terry_aspects.aspects must not name an aspect twice, was " + aspects);
    }
  }

  @Override
  public Takes takes() {
    return Takes.GRADES;
  }

  @Override
  public Samples converted(Samples read) {
    return read.converted(new AspectPairs(aspects));
  }

  @Override
  public RewardLoss resolved(Samples.Split samples) {
    return new AspectReward(centering, Aspects.of(samples));
  }

  @Override
  public Labels labels() {
    return Aspects.labels(aspects);
  }

  /** In how many aspects its two answers differ. */
  @Override
  public long weight(AnswersRow row) {
    return IntStream.range(0, aspects.size()).filter(a -> order(row.judgement(), a) != 0).count();
  }

  @Override
  public Tensor targets(AnswersBatch batch) {
    return Ops.longs(new long[cells(batch, 0).length], Compute.CPU); // (C)
  }

  /** C is all aspects of all pairs in which the grades differ. */
  @Override
  public Loss of(Tensor scores, AnswersBatch batch, double denominator) {
    Compute compute = batch.compute();
    Tensor each = scores.reshape(-1); // (K A)
    return new BradleyTerry(centering)
        .of(
            each.index_select(0, Ops.longs(cells(batch, 0), compute)), // (C)
            each.index_select(0, Ops.longs(cells(batch, 1), compute)),
            PairLabels.PLAIN,
            denominator);
  }

  /**
   * Where among the scores (K A) the better answers stand, or the worse ones, (C).
   *
   * @param worse 0 or 1
   */
  private long[] cells(AnswersBatch batch, int worse) {
    int heads = aspects.size();
    return IntStream.range(0, batch.judgements().size() * heads)
        .filter(cell -> order(batch.judgements().get(cell / heads), cell % heads) != 0)
        .mapToLong(
            cell -> {
              boolean second = order(batch.judgements().get(cell / heads), cell % heads) < 0;
              int answer = batch.starts()[cell / heads] + (second ? 1 - worse : worse);
              return (long) answer * heads + cell % heads;
            })
        .toArray();
  }

  /**
   * Above 0 where the first answer of a pair is the better one in an aspect, 0 where it is even.
   */
  static int order(Judgement judgement, int aspect) {
    List<List<Double>> grades = ((Judgement.Graded) judgement).grades();
    return Double.compare(grades.get(0).get(aspect) + 0.0, grades.get(1).get(aspect) + 0.0);
  }

  @Override
  public Tally<AnswersRow> tally(ByLength length) {
    return new AspectTally(aspects.size(), new RewardTally(length, EVEN), length);
  }
}
