package dev.luthier.recipe;

import dev.luthier.tensor.Course;

/** What rollouts are written by while the policy learns: it stands still until it is told. */
interface Still extends Course, AutoCloseable {
  /** Becomes the policy as it is now. */
  void catchUp();

  @Override
  void close();
}
