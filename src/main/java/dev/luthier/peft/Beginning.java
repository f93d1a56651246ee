package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Seed;
import java.util.function.Function;

/**
 * How new weights begin.
 *
 * @param words the token ids of a text, by the model's tokenizer
 * @param bare whether a file is read at once that holds what encoders gave, without the encoders
 */
public record Beginning(long seed, Function<String, int[]> words, boolean bare) {
  /** Where texts are not expected. */
  static Beginning of(long seed) {
    return of(
        seed,
        text -> {
          throw new UserError(
              "a start from the text \"%s\" needs the model's tokenizer".formatted(text));
        });
  }

  public static Beginning of(long seed, Function<String, int[]> words) {
    return new Beginning(seed, words, false);
  }

  /** The same for one of several places. */
  Beginning at(int place) {
    return new Beginning(Seed.of(seed, 1 + place), words, bare);
  }

  /** For an adapter that is read from its files at once. */
  static Beginning saved(boolean bare) {
    return new Beginning(0, text -> new int[] {0}, bare);
  }
}
