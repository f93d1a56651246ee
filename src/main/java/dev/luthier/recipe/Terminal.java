package dev.luthier.recipe;

/** What the place that people read can show. */
final class Terminal {
  private Terminal() {}

  /** Colours, where the launcher says that the output is a terminal and NO_COLOR is not set. */
  static boolean colours() {
    return Boolean.getBoolean("luthier.colours") && System.getenv("NO_COLOR") == null;
  }
}
