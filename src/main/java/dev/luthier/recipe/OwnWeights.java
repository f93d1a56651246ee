package dev.luthier.recipe;

import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Weights that a lesson trains beside those of the model, such as a value model's.
 *
 * @param list which are the lesson's to free
 * @param lr their peak learning rate, where it is not the run's
 */
record OwnWeights(List<Parameter> list, Optional<Double> lr) {
  static final OwnWeights NONE = new OwnWeights(List.of(), Optional.empty());

  /** All that trains. */
  List<Parameter> with(Adapted<?> adapted) {
    return Stream.concat(adapted.trainable().stream(), list.stream()).toList();
  }

  /**
   * How a weight's learning rate differs from the run's: a factor.
   *
   * @param rate the run's
   */
  double rateOf(Parameter weight, Adapted<?> adapted, double rate) {
    return list.contains(weight) ? lr.orElse(rate) / rate : adapted.rateOf(weight);
  }
}
