package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.tensor.Course;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The reference policy at work. */
@FunctionalInterface
interface Referee extends AutoCloseable {
  /**
   * log pi_ref(y | x) of every answer, (K) float32 without gradient.
   *
   * @param rows of which the batch is made
   */
  Tensor of(List<AnswersRow> rows, AnswersBatch batch);

  /** How it follows the policy, where it does. */
  default Course course() {
    return Course.NONE;
  }

  @Override
  default void close() {}
}
