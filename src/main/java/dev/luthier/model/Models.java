package dev.luthier.model;

import dev.luthier.tensor.Compute;
import java.nio.file.Path;

/** Models by what their config.json says they are. */
public final class Models {
  private Models() {}

  /**
   * Loads a model folder with the head that its config.json names under architectures.
   *
   * @throws dev.luthier.error.UserError as {@link CausalLm#load}
   */
  public static Model load(Path dir, Compute compute) {
    if (Seq2Seq.isOne(ModelConfig.read(dir))) {
      return Seq2Seq.load(dir, compute);
    }
    return CausalLm.load(dir, compute);
  }
}
