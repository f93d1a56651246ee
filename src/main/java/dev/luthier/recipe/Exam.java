package dev.luthier.recipe;

import dev.luthier.reward.Asked;
import dev.luthier.rollout.Completion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows of the evaluation that a model is asked for, one by one, in words. */
interface Exam {
  /**
   * What is asked, and the answer that the data has, "" if none.
   *
   * @param asked the same as scorers take it, where answers are written
   */
  record Question(String text, String expected, Optional<Asked> asked) {
    Question(String text, String expected) {
      this(text, expected, Optional.empty());
    }
  }

  /**
   * What was answered.
   *
   * @param tokens how many were written; 0 where the answer was read off scores
   */
  record Answer(String text, int tokens) {
    static Answer of(Completion written) {
      return new Answer(written.text(), written.ids().length);
    }

    /** One that was not written. */
    static Answer read(String text) {
      return new Answer(text, 0);
    }
  }

  List<Question> questions();

  /** The answers to the first so many questions, in their order. */
  List<Answer> answers(int most);

  /**
   * What the answers are worth, where they are measured at all.
   *
   * @param all to all questions
   * @param tasks to those of each task, by its number, where there are several
   * @param named what only the recipe has names for
   */
  record Marks(
      Map<Measure, Double> all,
      Map<Integer, Map<Measure, Double>> tasks,
      Map<String, Double> named) {
    Marks(Map<Measure, Double> all, Map<Integer, Map<Measure, Double>> tasks) {
      this(all, tasks, Map.of());
    }
  }

  default Marks marks() {
    return new Marks(Map.of(), Map.of());
  }

  /** What it would measure and cannot: by name, why. */
  default Map<String, String> notMeasured() {
    return Map.of();
  }
}
