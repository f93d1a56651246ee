package dev.luthier.reward;

import java.util.List;

/** Scores each answer by itself, without a model. */
public sealed interface Rule extends Reward
    permits ExactMatch, NumericAnswer, Regex, Column, Length, Repetition {
  /** Whether it can score answers that a model writes, which stand in no file. */
  default boolean scoresWritten() {
    return true;
  }

  /** The score of one answer. */
  Score of(Asked answer);

  @Override
  default void check(List<Asked> rows) {
    of(rows);
  }

  @Override
  default List<Score> of(List<Asked> answers) {
    return answers.stream().map(this::of).toList();
  }
}
