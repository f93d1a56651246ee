package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * How losses of tokens become one number: what a long answer counts. With l_it the loss of token t
 * of answer i, N answers, M tokens, and L the most tokens that an answer may have.
 */
public enum Aggregation {
  /** 1/N sum_i 1/|y_i| sum_t l_it: all answers count the same, tokens of long ones less. */
  ANSWERS {
    @Override
    public Tensor of(Tensor each, Segments answers, StepSize step) {
      return answers.means(each).sum().div(Ops.scalar(step.answers()));
    }
  },
  /** 1/M sum_it l_it: all tokens of the step count the same. */
  TOKENS {
    @Override
    public Tensor of(Tensor each, Segments answers, StepSize step) {
      return each.sum().div(Ops.scalar(step.tokens()));
    }
  },
  /** 1/(N L) sum_it l_it: no measured length stands in the denominator at all. */
  LIMIT {
    @Override
    public Tensor of(Tensor each, Segments answers, StepSize step) {
      return each.sum().div(Ops.scalar(step.answers() * step.limit()));
    }
  },
  /** 1/N sum_it l_it: answers count by their length, as the gradient of log pi(y_i) has it. */
  SUMS {
    @Override
    public Tensor of(Tensor each, Segments answers, StepSize step) {
      return each.sum().div(Ops.scalar(step.answers()));
    }
  };

  /**
   * A scalar; those of a step's micro-batches add up.
   *
   * @param each (M)
   */
  public abstract Tensor of(Tensor each, Segments answers, StepSize step);
}
