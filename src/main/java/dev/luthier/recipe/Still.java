package dev.luthier.recipe;

import dev.luthier.tensor.Course;

/**
 * What rollouts are written by while the policy learns: it stands still until it is told. All is
 * called by the thread that learns, but for {@link #ready}.
 */
interface Still extends Course, AutoCloseable {
  /** Somebody who is never told. */
  Still AS_IT_IS =
      new Still() {
        @Override
        public void catchUp(long index) {}

        @Override
        public void close() {}
      };

  /**
   * Becomes the policy as it is now.
   *
   * @param index of the rollout that it writes next
   */
  void catchUp(long index);

  /** Prepares what a run that goes on does not find any more. */
  default void settle() {}

  /** Called by whoever asks for answers next, where it may take a while or fail. */
  default void ready() {}

  @Override
  void close();
}
