package dev.luthier.train;

import java.util.List;
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
   * A part of a step.
   *
   * @param batch makes it, within the scope of the step
   * @param weight its share of the step's denominator: targets, or pairs
   * @param tokens that pass through the model
   * @param place names its rows, for messages
   */
  record Micro<B>(Supplier<B> batch, double weight, long tokens, String place) {}
}
