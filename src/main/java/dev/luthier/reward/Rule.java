package dev.luthier.reward;

import java.util.List;

/** Scores each answer by itself, without a model. */
public sealed interface Rule extends Reward permits ExactMatch {
  /** The score of one answer. */
  Score of(Asked answer);

  @Override
  default List<Score> of(List<Asked> answers) {
    return answers.stream().map(this::of).toList();
  }
}
