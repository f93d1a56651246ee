package dev.luthier.judge;

import java.util.List;
import java.util.Optional;

/** A model that answers a question with one of some labels, or in writing. */
public interface Oracle extends AutoCloseable {
  /**
   * A question with the labels that an answer may be.
   *
   * @param place what it is about, for messages
   */
  record Question(String text, List<String> labels, String place) {
    public Question {
      labels = List.copyOf(labels);
    }
  }

  /**
   * How probable each label is as the answer, (L) for each question, adding up to 1; empty where
   * the answer is none of them.
   */
  List<Optional<double[]>> choose(List<Question> questions);

  /** An answer to each question, greedily; empty where there is none. */
  List<Optional<String>> write(List<String> questions, int maxTokens);

  /** Which model it is and in which state. */
  String identity();

  /** What it took, in words. */
  default Optional<String> cost() {
    return Optional.empty();
  }

  @Override
  default void close() {}
}
