package dev.luthier.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The batches of a run as a function of the step, so that a run can go on anywhere.
 *
 * @param <B> what the method's loss takes
 */
public interface Steps<B> {
  /** Steps of the whole run. */
  long total();

  /** Steps of one pass over the data. */
  long perEpoch();

  /**
   * The parts of a step, which go through the model one after the other.
   *
   * @param step counted from 0
   */
  List<Micro<B>> at(long step);

  /**
   * What is worth logging of a step beside its loss, by name.
   *
   * @param step whose parts were asked for last
   */
  default Map<String, Double> terms(long step) {
    return Map.of();
  }

  /** Why it makes no sense to go on after the step whose parts were asked for last, if so. */
  default Optional<String> over() {
    return Optional.empty();
  }

  /**
   * A part of a step.
   *
   * @param batch makes it, within the scope of the step
   * @param weight its share of the step's denominator: targets, or pairs
   * @param tokens that pass through the model
   * @param place names its rows, for messages
   */
  record Micro<B>(Supplier<B> batch, double weight, long tokens, String place) {}
}
