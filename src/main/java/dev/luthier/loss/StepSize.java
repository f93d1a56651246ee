package dev.luthier.loss;

import dev.luthier.error.Check;

/**
 * What a step's losses are divided by: counts over all its micro-batches, so that it does not
 * matter how a step is cut.
 *
 * @param answers N
 * @param tokens M
 * @param limit how many tokens an answer may have at most
 */
public record StepSize(double answers, double tokens, double limit) {
  public StepSize {
    Check.above("answers of a step", 0, answers);
    Check.above("tokens of a step", 0, tokens);
    Check.above("max_completion_length", 0, limit);
  }

  /** A step of one micro-batch. */
  public static StepSize of(Segments answers, double limit) {
    return new StepSize(answers.count(), answers.owner().size(0), limit);
  }
}
