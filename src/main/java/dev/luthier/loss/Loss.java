package dev.luthier.loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  /** The loss of two parts of a step: sums, and those of terms of one name. */
  public Loss plus(Loss more) {
    Map<String, Tensor> sums = new LinkedHashMap<>();
    Stream.concat(terms.stream(), more.terms.stream())
        .forEach(term -> sums.merge(term.name(), term.value(), Tensor::add));
    return new Loss(
        total.add(more.total),
        sums.entrySet().stream().map(e -> new Term(e.getKey(), e.getValue())).toList());
  }
}
