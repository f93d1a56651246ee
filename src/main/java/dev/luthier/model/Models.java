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
    ModelConfig config = ModelConfig.read(dir);
    if (Architecture.is(config, Architecture.SEQUENCE)) {
      return Classifier.load(dir, compute);
    }
    if (Architecture.is(config, Architecture.TOKEN)) {
      return TokenClassifier.load(dir, compute);
    }
    if (MaskedLm.holds(config)) {
      return MaskedLm.load(dir, compute);
    }
    if (SentenceEncoder.fits(config)) {
      return SentenceEncoder.load(dir, compute);
    }
    if (Seq2Seq.isOne(config)) {
      return Seq2Seq.load(dir, compute);
    }
    return CausalLm.load(dir, compute);
  }
}
