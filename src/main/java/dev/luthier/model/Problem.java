package dev.luthier.model;

/** What the numbers of a classifier mean and are learnt by: transformers' problem_type. */
public enum Problem {
  /** One of the labels is right: scores of a softmax. */
  SINGLE("single_label_classification"),
  /** Each label is right or not by itself: scores of a sigmoid. */
  MULTI("multi_label_classification"),
  /** The numbers themselves are meant. */
  REGRESSION("regression");

  private final String written;

  Problem(String written) {
    this.written = written;
  }

  /** As config.json has it. */
  public String written() {
    return written;
  }
}
