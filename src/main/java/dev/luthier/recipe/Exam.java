package dev.luthier.recipe;

import java.util.List;
import java.util.Map;

/** Rows of the evaluation that a model is asked for, one by one, in words. */
interface Exam {
  /** What is asked, and the answer that the data has. */
  record Question(String text, String expected) {}

  List<Question> questions();

  /** The answers to the first so many questions, in their order. */
  List<String> answers(int most);

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
}
