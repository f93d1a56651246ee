package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.Judgement;
import dev.luthier.loss.Logps;
import dev.luthier.loss.Loss;
import dev.luthier.loss.PairLabels;
import dev.luthier.loss.PairLogps;
import dev.luthier.loss.PairLoss;
import dev.luthier.loss.PairTerms;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Of two answers to a prompt one is better. */
record PairObjective(PairLoss loss) implements PreferenceObjective {
  static final Map<String, Measure> MEASURES =
      Map.of(
          "accuracy", Measure.ACCURACY,
          "margin", Measure.MARGIN,
          "reward_chosen", Measure.REWARD_CHOSEN,
          "reward_rejected", Measure.REWARD_REJECTED,
          "logp_accuracy", Measure.LOGP_ACCURACY,
          "logp_chosen", Measure.LOGP_CHOSEN,
          "logp_rejected", Measure.LOGP_REJECTED);

  private static final double WORTH_A_WORD = 0.01; // log-probabilities are told to as much

  @Override
  public boolean reference() {
    return loss.reference();
  }

  @Override
  public Loss of(PreferenceBatch.Read read, Logps answers, Logps others, double denominator) {
    AnswersBatch batch = read.batch();
    return PairTerms.of(loss, pairs(batch, answers), labels(batch, batch.compute()), denominator);
  }

  /** Of all answers the chosen and the rejected ones. */
  static PairLogps pairs(AnswersBatch batch, Logps answers) {
    Compute compute = batch.compute();
    return new PairLogps(
        PreferenceObjective.some(answers, batch.places(0, compute)),
        PreferenceObjective.some(answers, batch.places(1, compute)));
  }

  static PairLabels labels(AnswersBatch batch, Compute compute) {
    return labels(batch.judgements(), compute);
  }

  /** Probabilities and margins where some pair has them. */
  static PairLabels labels(List<Judgement> pairs, Compute compute) {
    return new PairLabels(
        labels(pairs, Judgement.Preferred::probability, 1, compute),
        labels(pairs, Judgement.Preferred::margin, 0, compute));
  }

  private static @Nullable Tensor labels(
      List<Judgement> pairs,
      ToDoubleFunction<Judgement.Preferred> what,
      double usual,
      Compute compute) {
    float[] out = new float[pairs.size()];
    boolean some = false;
    for (int p = 0; p < out.length; p++) {
      double said = what.applyAsDouble((Judgement.Preferred) pairs.get(p));
      some |= said != usual;
      out[p] = (float) said;
    }
    return some ? Ops.floats(out, compute) : null; // (P)
  }

  @Override
  public Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    return rarer(before, after);
  }

  /** Says so where the chosen answers became rarer, which margins alone do not tell. */
  static Optional<String> rarer(Map<String, Double> before, Map<String, Double> after) {
    double chosen = Measure.LOGP_CHOSEN.change(before, after);
    double rejected = Measure.LOGP_REJECTED.change(before, after);
    if (!(chosen < -WORTH_A_WORD)) {
      return Optional.empty();
    }
    String why =
        rejected < chosen
            ? "the margin grew because rejected ones fell faster"
            : "rejected ones did not fall as far";
    String key = Measure.LOGP_CHOSEN.key();
    return Optional.of(
        "chosen answers became less likely: log-probability %.2f -> %.2f; %s"
            .formatted(before.get(key), after.get(key), why));
  }

  @Override
  public Map<String, Measure> measures() {
    return MEASURES;
  }
}
