package dev.luthier.reward;

import java.util.List;

/** Says what answers are worth. */
@FunctionalInterface
public interface Reward extends AutoCloseable {
  /**
   * A score for each answer, in their order.
   *
   * @throws dev.luthier.error.UserError naming the row where it has no score for an answer
   */
  List<Score> of(List<Asked> answers);

  /**
   * Looks whether it can score answers to these prompts, before a run begins and anything is
   * written; the answers are empty.
   *
   * @throws dev.luthier.error.UserError naming what is missing
   */
  default void check(List<Asked> rows) {}

  @Override
  default void close() {}
}
