package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;

/**
 * A model that writes token by token behind a prompt: a decoder, whose prompt is the beginning of
 * what it writes, or an encoder with a decoder, whose prompt is what the encoder reads. Whoever
 * samples or searches knows only this.
 */
public interface Generative {
  /** A decoder that continues its prompt. */
  static Generative of(CausalLm model) {
    return new CausalGenerative(model);
  }

  /** A decoder that writes behind what the encoder read. */
  static Generative of(Seq2Seq model) {
    return new Seq2SeqGenerative(model);
  }

  /**
   * Whatever of the two it is.
   *
   * @throws UserError if it writes nothing
   */
  static Generative of(Model model) {
    if (model instanceof CausalLm decoder) {
      return of(decoder);
    }
    if (model instanceof Seq2Seq writer) {
      return of(writer);
    }
    throw new UserError(
        "a model for %s writes no text; give one for CAUSAL_LM or SEQ_2_SEQ_LM"
            .formatted(model.task()));
  }

  Compute compute();

  /** V: every token is below it. */
  int vocabSize();

  /** How many tokens can be written behind a prompt of so many; 0 or less where it does not fit. */
  int room(int promptTokens);

  /** What {@link Decoding#bytes} comes to at most for {@link #open} with the same numbers. */
  long bytes(int rows, int promptTokens, int newTokens);

  /**
   * Whether it can answer a request.
   *
   * @throws UserError if it has no adapter of the name
   */
  default void check(Request request) {
    if (!request.adapter().isEmpty()) {
      throw new UserError("there is no adapter " + request.adapter() + "; none was read");
    }
  }

  /**
   * An empty decoding; the caller closes it.
   *
   * @param rows how many sequences it will hold
   * @param promptTokens the longest prompt
   * @param newTokens how many tokens a row takes through {@link Decoding#next} at most
   */
  Decoding open(int rows, int promptTokens, int newTokens);
}
