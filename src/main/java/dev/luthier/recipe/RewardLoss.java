package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.loss.Loss;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * What judgements say of the scores that a model gives to answers: one record per way, picked by
 * its name in the recipe. Letters: R rows, K answers of all rows, A scores of an answer.
 */
public sealed interface RewardLoss permits PairReward, AspectReward, RankReward, GradeReward {
  /** Which judgements it learns from. */
  Takes takes();

  /** The rows as it learns from them, where they may be judged in several ways. */
  default Samples converted(Samples read) {
    return read;
  }

  /**
   * With what only the rows tell.
   *
   * @throws dev.luthier.error.UserError if they do not fit it
   */
  default RewardLoss resolved(Samples.Split samples) {
    return this;
  }

  /** What the scores are called: one without a name, unless it has several. */
  default Labels labels() {
    return Labels.numbered(1, Problem.REGRESSION);
  }

  /** How many things a row teaches. */
  default long weight(AnswersRow row) {
    return 1;
  }

  /** As many as the rows teach things: here one each. */
  default Tensor targets(AnswersBatch batch) {
    return Ops.longs(new long[batch.judgements().size()], Compute.CPU); // (R)
  }

  /**
   * @param scores (K, A) float32
   * @param denominator the things that the step teaches, over all its micro-batches
   */
  Loss of(Tensor scores, AnswersBatch batch, double denominator);

  /** What it can measure beside the loss. */
  default Set<Measure> measures() {
    return RewardTally.MEASURES;
  }

  /**
   * Measures scores, verdicts of the form (K, A).
   *
   * @param length what length alone says
   */
  Tally<AnswersRow> tally(ByLength length);
}
