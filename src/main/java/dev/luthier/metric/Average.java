package dev.luthier.metric;

import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How the scores of the classes become one, as scikit-learn's {@code average}. A class that neither
 * the truth nor the predictions have does not count.
 */
public sealed interface Average {
  /** The scores of a matrix. */
  Scores of(ConfusionMatrix matrix);

  /**
   * The scores of one class alone.
   *
   * @param positive its id
   */
  record Binary(int positive) implements Average {
    @Override
    public Scores of(ConfusionMatrix matrix) {
      return matrix.scores(positive);
    }
  }

  /** The mean over the classes, each counting the same. */
  record Macro() implements Average {
    @Override
    public Scores of(ConfusionMatrix matrix) {
      return mean(matrix, c -> 1);
    }
  }

  /** Hits and misses of all classes counted together. */
  record Micro() implements Average {
    @Override
    public Scores of(ConfusionMatrix matrix) {
      return Scores.of(matrix.hits(), matrix.total(), matrix.total());
    }
  }

  /** The mean over the classes, each counting as often as the truth has it. */
  record Weighted() implements Average {
    @Override
    public Scores of(ConfusionMatrix matrix) {
      return mean(matrix, c -> (double) matrix.support(c));
    }
  }

  private static Scores mean(ConfusionMatrix matrix, ToDoubleFunction<Integer> weight) {
    return new Scores(
        mean(matrix, weight, Scores::precision),
        mean(matrix, weight, Scores::recall),
        mean(matrix, weight, Scores::f1));
  }

  private static double mean(
      ConfusionMatrix matrix, ToDoubleFunction<Integer> weight, ToDoubleFunction<Scores> score) {
    int[] present =
        IntStream.range(0, matrix.classes())
            .filter(c -> matrix.support(c) + matrix.predicted(c) > 0)
            .toArray();
    double weights = IntStream.of(present).mapToDouble(weight::applyAsDouble).sum();
    double sum =
        IntStream.of(present)
            .mapToDouble(c -> weight.applyAsDouble(c) * score.applyAsDouble(matrix.scores(c)))
            .sum();
    return Scores.quotient(sum, weights);
  }
}
