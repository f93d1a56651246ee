package dev.luthier.recipe;

import java.io.PrintWriter;
import java.nio.file.Path;

/** What can be done with a saved adapter beside using it. */
public final class AdapterFolders {
  private AdapterFolders() {}

  /** Prints the adapter's method, settings, tensors and size. */
  public static void info(Path adapter, PrintWriter out) {
    throw new UnsupportedOperationException("adapter info: not built yet");
  }

  /** Writes the model with the adapter merged into its weights as a model folder of its own. */
  public static void merge(Path model, Path adapter, Path into, PrintWriter out) {
    throw new UnsupportedOperationException("adapter merge: not built yet");
  }
}
