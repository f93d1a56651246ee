package dev.luthier.recipe;

import java.io.PrintWriter;
import java.nio.file.Path;

/** Compares what Luthier computes with a reference file of another tool. */
public final class Verification {
  private Verification() {}

  /**
   * Prints the largest difference per tensor.
   *
   * @param reference safetensors with input_ids, attention_mask, labels, logits, loss
   * @return whether all differences are within tolerance
   */
  public static boolean run(Writer.Voice voice, Path reference, PrintWriter out) {
    throw new UnsupportedOperationException("verify: not built yet");
  }
}
