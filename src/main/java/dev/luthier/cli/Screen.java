package dev.luthier.cli;

import dev.luthier.train.Progress;
import java.io.PrintWriter;

/** What the errors' end of the terminal can show. */
final class Screen {
  private Screen() {}

  /** A bar on a terminal, lines elsewhere. */
  static Progress progress(PrintWriter err) {
    return terminal() ? new BarProgress(System.err) : new LineProgress(err, System::nanoTime);
  }

  /** The launcher knows; without it a console says that all three streams are a terminal. */
  private static boolean terminal() {
    String told = System.getProperty("luthier.terminal");
    return told == null ? System.console() != null : told.equals("true");
  }
}
