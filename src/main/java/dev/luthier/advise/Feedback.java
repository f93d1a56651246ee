package dev.luthier.advise;

/** What there is to learn from. */
public enum Feedback implements Named {
  DEMONSTRATIONS("questions with good answers"),
  PAIRS("two answers, of which people prefer one"),
  GRADES("grades or ranks of answers"),
  LABELS("single answers, liked or not"),
  CLASSES("texts with a class"),
  VERIFIABLE("prompts whose answers a program can check"),
  JUDGE("a model that compares or grades answers"),
  REWARD_MODEL("a reward model that is trained already"),
  OUTCOMES("a measure of answers beside preferences: truth, length, toxicity"),
  LIVE("feedback of users, which keeps coming");

  private final String words;

  Feedback(String words) {
    this.words = words;
  }

  @Override
  public String words() {
    return words;
  }
}
