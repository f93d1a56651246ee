package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.tensor.Course;
import java.util.List;

/** Where rollouts come from: they are written when they are wanted, or ahead of that. */
interface RolloutSource extends AutoCloseable {
  /**
   * The answers to prompts, with what they are worth.
   *
   * @param index of the rollout, counted from 0
   */
  Written of(long index, List<PromptRow> prompts);

  /**
   * Hears that learning from a rollout begins, or goes on in a run that was broken off.
   *
   * @param amid whether some steps were taken on it already
   * @param index of the next rollout
   * @param next its prompts; none where there is no next one
   */
  default void learning(boolean amid, long index, List<PromptRow> next) {}

  /** What a run that goes on has to know. */
  default Course course() {
    return Course.NONE;
  }

  @Override
  default void close() {}
}
