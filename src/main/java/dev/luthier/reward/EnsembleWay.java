package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import java.util.Arrays;

/**
 * How the scores of several reward models become one (Coste et al. 2023,
 * https://arxiv.org/abs/2310.02743). The two ways beside the mean are careful: what one member
 * finds bad, or what the members do not agree on, is worth less, so that a policy gains nothing by
 * what only some of them like.
 */
@Doc("How the members' scores become one")
public sealed interface EnsembleWay {
  /**
   * @param scores r_1 ... r_k, one or more
   */
  double of(double[] scores);

  /** (1 / k) sum_i r_i. */
  @Doc("Their mean")
  record Mean() implements EnsembleWay {
    @Override
    public double of(double[] scores) {
      return Arrays.stream(scores).sum() / scores.length;
    }
  }

  /** min_i r_i, worst-case optimization (WCO). */
  @Name("min")
  @Doc("The lowest: worst-case optimization, no policy gains by what only some members like")
  record Least() implements EnsembleWay {
    @Override
    public double of(double[] scores) {
      return Arrays.stream(scores).min().orElseThrow();
    }
  }

  /**
   * The mean less c times the variance, uncertainty-weighted optimization (UWO),
   *
   * <pre>
   * mean_i r_i - c (1 / k) sum_i (r_i - mean_j r_j)^2
   * </pre>
   */
  @Doc("Their mean less a multiple of their variance: uncertainty-weighted optimization")
  record Uncertainty(@Doc("c: what a variance of 1 costs") @Default("0.5") double coefficient)
      implements EnsembleWay {
    public Uncertainty {
      Check.atLeast("uncertainty.coefficient", 0.0, coefficient);
    }

    @Override
    public double of(double[] scores) {
      return new Mean().of(scores) - coefficient * variance(scores);
    }
  }

  /** (1 / k) sum_i (r_i - mean)^2. */
  static double variance(double[] scores) {
    double mean = new Mean().of(scores);
    return Arrays.stream(scores).map(r -> (r - mean) * (r - mean)).sum() / scores.length;
  }
}
