package dev.luthier.reward;

import dev.luthier.doc.Doc;
import java.util.Arrays;

/**
 * Puts what one reward says of the answers of a rollout on a scale that it shares with others, so
 * that weights mean the same for all of them. Each of a group's rewards by itself, before they are
 * added up, is GDPO (Liu et al. 2026, https://arxiv.org/abs/2601.05242): answers that differ in two
 * rewards do not end with the same advantage. Nothing is remembered from one rollout to the next.
 *
 * <p>Deviations are of n - 1, as those of advantages, and scores that are all the same become
 * exactly 0.
 */
@Doc("How a reward's scores are put on one scale before they are weighted")
public sealed interface Normalization {
  /** What is added to deviations, as GRPO's advantages have it. */
  double SMALL = 1e-4;

  /**
   * The scores on the scale.
   *
   * @param scores of all answers of a rollout, those to a prompt side by side
   * @param samples answers to each prompt
   */
  double[] of(double[] scores, int samples);

  /** As it stands. */
  @Doc("Not at all")
  record None() implements Normalization {
    @Override
    public double[] of(double[] scores, int samples) {
      return scores.clone();
    }
  }

  /** (r - mean) / (deviation + 1e-4), both of the prompt's answers. */
  @Doc("By mean and deviation of the answers to the same prompt (GDPO, arXiv 2601.05242)")
  record Group() implements Normalization {
    @Override
    public double[] of(double[] scores, int samples) {
      double[] out = new double[scores.length];
      for (int from = 0; from < scores.length; from += samples) {
        double[] group = standard(Arrays.copyOfRange(scores, from, from + samples));
        System.arraycopy(group, 0, out, from, samples);
      }
      return out;
    }
  }

  /** (r - mean) / (deviation + 1e-4), both of all answers of the rollout. */
  @Doc("By mean and deviation of all answers of the rollout")
  record Rollout() implements Normalization {
    @Override
    public double[] of(double[] scores, int samples) {
      return standard(scores);
    }
  }

  /** (r - min) / (max - min) of the rollout; 0 where all are the same. */
  @Doc("From 0 for the lowest of the rollout to 1 for the highest")
  record MinMax() implements Normalization {
    @Override
    public double[] of(double[] scores, int samples) {
      double low = Arrays.stream(scores).min().orElse(0);
      double high = Arrays.stream(scores).max().orElse(0);
      return Arrays.stream(scores).map(r -> high > low ? (r - low) / (high - low) : 0).toArray();
    }
  }

  private static double[] standard(double[] scores) {
    if (Arrays.stream(scores).allMatch(r -> r == scores[0])) {
      return new double[scores.length]; // whatever rounding makes of their mean
    }
    double mean = Arrays.stream(scores).average().orElse(0);
    double squares = Arrays.stream(scores).map(r -> (r - mean) * (r - mean)).sum();
    double deviation = Math.sqrt(squares / (scores.length - 1));
    return Arrays.stream(scores).map(r -> (r - mean) / (deviation + SMALL)).toArray();
  }
}
