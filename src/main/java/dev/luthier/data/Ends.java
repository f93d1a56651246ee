package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.OptionalInt;

/**
 * What stands before and behind a plain text: BOS and EOS; where a tokenizer names no EOS, as those
 * of encoders, CLS and SEP.
 *
 * @param first absent where there is none or the folder says that none is added
 */
record Ends(OptionalInt first, int last) {

  /**
   * @throws UserError if there is nothing to end a text with
   */
  static Ends of(Tokenizer tokenizer) {
    if (tokenizer.eos().isPresent()) {
      return new Ends(tokenizer.bos(), tokenizer.eos().getAsInt());
    }
    OptionalInt separator = tokenizer.named("sep_token");
    if (separator.isEmpty()) {
      throw new UserError(
          "plain text needs an end token, but the model folder names no eos_token that tokenizer.json knows");
    }
    return new Ends(
        tokenizer.bos().isPresent() ? tokenizer.bos() : tokenizer.named("cls_token"),
        separator.getAsInt());
  }
}
