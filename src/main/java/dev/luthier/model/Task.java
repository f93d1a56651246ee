package dev.luthier.model;

import java.util.Arrays;
import java.util.List;

/** What a model is for, by PEFT's names, and the heads that such a task always trains whole. */
public enum Task {
  CAUSAL_LM(List.of()),
  SEQ_CLS(List.of("classifier", "score")),
  TOKEN_CLS(List.of("classifier", "score")),
  SEQ_2_SEQ_LM(List.of()),
  FEATURE_EXTRACTION(List.of()),
  MASKED_LM(List.of());

  private final List<String> heads;

  Task(List<String> heads) {
    this.heads = heads;
  }

  /** The heads of the task of this name; none where there is no such task. */
  public static List<String> headsOf(String name) {
    return Arrays.stream(values())
        .filter(t -> t.name().equals(name))
        .flatMap(t -> t.heads.stream())
        .toList();
  }

  /** Whether PEFT knows the task by this name. */
  public boolean inPeft() {
    return this != MASKED_LM;
  }

  /** Modules that an adapter brings along whole, since no base model has them trained. */
  public List<String> heads() {
    return heads;
  }
}
