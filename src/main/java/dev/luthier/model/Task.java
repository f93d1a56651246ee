package dev.luthier.model;

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

  /** Modules that an adapter brings along whole, since no base model has them trained. */
  public List<String> heads() {
    return heads;
  }
}
