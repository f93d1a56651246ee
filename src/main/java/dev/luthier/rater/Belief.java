package dev.luthier.rater;

/**
 * What all raters together say on a question, each by how reliable they are.
 *
 * @param answer the id of an answer
 * @param other of a comparison, the id of the other answer; of a grade in one aspect its name; else
 *     empty
 * @param yes the probability that the answer is better, or good
 */
public record Belief(String answer, String other, double yes) {
  static Belief of(Question question, double yes) {
    String[] parts = question.about().split(" ", 2);
    return new Belief(parts[0], parts.length > 1 ? parts[1] : "", yes);
  }
}
