package dev.luthier.model;

import dev.luthier.error.UserError;

/** A family that classifiers are built on: what is below the head, and the head as it writes it. */
sealed interface Family permits EncoderFamily, DecoderFamily {
  /**
   * @throws UserError if config.json names no family that is built
   */
  static Family of(ModelConfig config) {
    return EncoderFamily.has(config) ? EncoderFamily.of(config) : DecoderFamily.of(config);
  }

  /** What models with a head put before the names of the model below. */
  String prefix();

  /** What is below the head. */
  Trunk below(Parts parts);

  /** The head that scores a sequence. */
  SequenceHead scorer(HeadParts parts, int labels);

  /** The head that scores every token. */
  TokenHead tagger(HeadParts parts, int labels);
}
