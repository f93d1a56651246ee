package dev.luthier.cli;

import dev.luthier.io.HubProgress;
import dev.luthier.recipe.ModelPlace;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What the errors' end of the terminal can show. */
final class Screen {
  private Screen() {}

  /** A bar on a terminal, lines elsewhere. */
  static Progress progress(PrintWriter err) {
    return terminal() ? new BarProgress(System.err) : new LineProgress(err, System::nanoTime);
  }

  /** The same for a download. */
  static HubProgress transfer(PrintWriter err) {
    return terminal() ? new BarTransfer(System.err) : new LineTransfer(err, System::nanoTime);
  }

  /**
   * The folder of a model or an adapter; if it names one of the hub that is not here yet, it is
   * fetched in sight of the user.
   */
  static Path folder(Path named, PrintWriter err) {
    try (HubProgress progress = transfer(err)) {
      return ModelPlace.folder(named, progress);
    }
  }

  /** The launcher knows; without it a console says that all three streams are a terminal. */
  static boolean terminal() {
    String told = System.getProperty("luthier.terminal");
    return told == null ? System.console() != null : told.equals("true");
  }
}
