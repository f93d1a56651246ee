package dev.luthier.advise;

/** What the planner found that the machine has room for; each has what stands below it, too. */
public enum Fit implements Named {
  NOTHING("not even adapters on 4 bits fit"),
  FOUR_BITS("adapters fit on a base in 4 bits only"),
  ADAPTERS("adapters fit, all weights do not"),
  ALL_WEIGHTS("all weights can train");

  private final String words;

  Fit(String words) {
    this.words = words;
  }

  @Override
  public String words() {
    return words;
  }
}
