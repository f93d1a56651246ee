package dev.luthier.loss;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a method asks of a step.
 *
 * @param total a scalar with gradient, to be made small
 * @param terms its parts and measures, for the log
 */
public record Loss(Tensor total, List<Term> terms) {
  /**
   * A named scalar without gradient. The terms of the micro-batches of a step add up, so a term is
   * divided by the step's denominator, as the total is.
   */
  public record Term(String name, Tensor value) {}

  public static Loss of(Tensor total) {
    return new Loss(total, List.of());
  }
}
