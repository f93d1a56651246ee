package dev.luthier.recipe;

import java.io.PrintWriter;
import java.nio.file.Path;

/** The time of a training step beside the time of its matrix products alone. */
public final class StepBench {
  private StepBench() {}

  public static void run(Path model, String device, PrintWriter out) {
    throw new UnsupportedOperationException("bench step: not built yet");
  }
}
