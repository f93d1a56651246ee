package dev.luthier.advise;

/** How good it has to be. */
public enum Quality implements Named {
  ENOUGH("good enough is enough"),
  GOOD("near full fine-tuning"),
  BEST("as good as can be, whatever it costs");

  private final String words;

  Quality(String words) {
    this.words = words;
  }

  @Override
  public String words() {
    return words;
  }
}
