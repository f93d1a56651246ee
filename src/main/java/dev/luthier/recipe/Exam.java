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

  /** What the answers to all questions are worth, where they are measured at all. */
  default Map<Measure, Double> marks() {
    return Map.of();
  }
}
