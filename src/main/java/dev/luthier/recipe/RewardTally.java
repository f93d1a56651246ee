package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Judgement;
import dev.luthier.metric.Calibration;
import dev.luthier.metric.Interval;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * How often the answer with the highest score is the best one of its row, how sure that is, and
 * what it takes no model to reach.
 */
final class RewardTally implements Tally<AnswersRow> {
  static final Set<Measure> MEASURES =
      Set.of(
          Measure.ACCURACY,
          Measure.ACCURACY_LOW,
          Measure.ACCURACY_HIGH,
          Measure.CHANCE,
          Measure.LENGTH_ALONE,
          Measure.CALIBRATION_ERROR,
          Measure.MARGIN,
          Measure.REWARD_CHOSEN,
          Measure.REWARD_REJECTED);

  private final ByLength length;
  private final Calibration calibration;
  private long rows;
  private double right;
  private double chance;
  private double rightByLength;
  private double best;
  private double worst;

  /**
   * @param least the smallest probability that the likeliest of a row's answers can have
   */
  RewardTally(ByLength length, double least) {
    this.length = length;
    this.calibration = new Calibration(least);
  }

  /**
   * @param verdict (K, 1) the scores of all answers of the rows
   */
  @Override
  public void add(List<AnswersRow> rows, Tensor targets, Tensor verdict) {
    float[] all = Ops.toFloats(verdict.reshape(-1));
    int from = 0;
    for (AnswersRow row : rows) {
      double[] scores = new double[row.each().size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = all[from++];
      }
      add(row.judgement(), scores, length.scores(row));
    }
  }

  /**
   * Adds one row.
   *
   * @param scores of its answers
   * @param lengths the same by length alone
   */
  void add(Judgement judgement, double[] scores, double[] lengths) {
    double[] worth = worth(judgement);
    rows++;
    right += picked(scores, worth);
    chance += 1.0 / scores.length;
    rightByLength += picked(lengths, worth);
    best += scores[0];
    worst += scores[scores.length - 1];
    calibration.add(confidence(scores), picked(scores, believed(judgement, worth)));
  }

  /** 1 for the best answer, shared where nobody knows which of several it is; 0 for the others. */
  private static double[] worth(Judgement judgement) {
    int[] unbeaten =
        IntStream.range(0, judgement.answers())
            .filter(
                i -> IntStream.range(0, judgement.answers()).noneMatch(j -> judgement.better(j, i)))
            .toArray();
    double[] out = new double[judgement.answers()];
    Arrays.stream(unbeaten).forEach(i -> out[i] = 1.0 / unbeaten.length);
    return out;
  }

  /** How probable it is for each answer that it is the best, as raters say. */
  private static double[] believed(Judgement judgement, double[] worth) {
    return judgement instanceof Judgement.Preferred pair
        ? new double[] {pair.probability(), 1 - pair.probability()}
        : worth;
  }

  /** The worth of the answer with the highest score, or the mean of those that share it. */
  private static double picked(double[] scores, double[] worth) {
    double highest = Arrays.stream(scores).max().orElseThrow();
    return IntStream.range(0, scores.length)
        .filter(i -> scores[i] == highest)
        .mapToDouble(i -> worth[i])
        .average()
        .orElse(0); // no score is a number
  }

  /** The highest of softmax(scores); of a pair sigmoid(|margin|). */
  private static double confidence(double[] scores) {
    double highest = Arrays.stream(scores).max().orElseThrow();
    return 1 / Arrays.stream(scores).map(s -> Math.exp(s - highest)).sum();
  }

  @Override
  public Map<Measure, Double> values() {
    Interval interval = Interval.wilson(right, rows);
    Map<Measure, Double> out = new EnumMap<>(Measure.class);
    out.put(Measure.ACCURACY, right / rows);
    out.put(Measure.ACCURACY_LOW, interval.low());
    out.put(Measure.ACCURACY_HIGH, interval.high());
    out.put(Measure.CHANCE, chance / rows);
    out.put(Measure.LENGTH_ALONE, rightByLength / rows);
    out.put(Measure.CALIBRATION_ERROR, calibration.error());
    out.put(Measure.MARGIN, (best - worst) / rows);
    out.put(Measure.REWARD_CHOSEN, best / rows);
    out.put(Measure.REWARD_REJECTED, worst / rows);
    return out;
  }
}
