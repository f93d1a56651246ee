package dev.luthier.recipe;

import dev.luthier.train.Progress;
import java.io.PrintWriter;

/** Carries out a recipe. */
public final class Training {
  private Training() {}

  /** How a run begins. */
  public enum Start {
    /** In a directory of its own, which must hold no other run. */
    NEW,
    /** From the last checkpoint in the recipe's output directory. */
    RESUME
  }

  /**
   * Trains.
   *
   * @param out what people read: the doctor's report, evaluations, what to type next
   * @param progress hears every step; closed by the caller
   */
  public static void run(Recipe recipe, Start start, Progress progress, PrintWriter out) {
    throw new UnsupportedOperationException("train: not built yet");
  }

  /** Prints the resolved recipe, the model's summary and the doctor's report; trains nothing. */
  public static void dryRun(Recipe recipe, PrintWriter out) {
    throw new UnsupportedOperationException("train --dry-run: not built yet");
  }

  /** Prints the doctor's report on the recipe's data; the model's weights are not read. */
  public static void checkData(Recipe recipe, PrintWriter out) {
    throw new UnsupportedOperationException("data check: not built yet");
  }
}
