package dev.luthier.train;

import dev.luthier.loss.Loss;

/** What a method makes of a batch. */
@FunctionalInterface
public interface Objective<B> {
  /**
   * @param denominator the weight of the whole step; the losses of its parts, each divided by it,
   *     add up to the loss of the step, however it was cut
   */
  Loss of(B batch, double denominator);
}
