package dev.luthier.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a method does in a run beside letting the optimiser follow the gradient: penalties on its
 * weights, budgets that shrink, masks that move.
 */
public interface Course {
  /** Nothing. */
  Course NONE = new Course() {};

  /** Several, each in its turn. */
  static Course of(Course... all) {
    return new Courses(List.of(all));
  }

  /** A scalar with gradient, added to the loss once a step, or none. */
  default @Nullable Tensor penalty() {
    return null;
  }

  /**
   * Called when the step's gradients are there, before the optimiser moves the weights.
   *
   * @param step counted from 0
   * @param total steps of the run
   */
  default void beforeStep(long step, long total) {}

  /** Called when the optimiser has moved the weights; the gradients are still there. */
  default void afterStep(long step, long total) {}

  /** What a resumed run needs beside the weights that train; its values are written over then. */
  default List<Parameter> state() {
    return List.of();
  }
}
